import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { test } from 'node:test';
import { holeText } from '../../src/mail/hole.ts';
import { recipientsOf } from '../../src/model/recipients.ts';
import { connect } from '../../src/mta/connection.ts';
import { Untried } from '../../src/mta/delivery.ts';
import { Outlet } from '../../src/mta/outlet.ts';
import { MtaError, type RelaySettings, relaySettings } from '../../src/mta/types.ts';
import { forever, handOver, lost, mark, rendered, sharedDelivery } from './setting.ts';

/** Runs with a server that greets, and then does what it likes with each piece that comes. */
async function withServer(
  onText: (text: string, socket: Socket) => void,
  run: (relay: RelaySettings) => Promise<void>,
  banner = '220 odd\r\n',
): Promise<void> {
  const sockets: Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.write(banner);
    socket.on('data', (bytes) => onText(bytes.toString('latin1'), socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const timeouts = { greetingMs: 2000, commandMs: 2000, blockMs: 50 };
  try {
    await run(relaySettings({ place: { kind: 'tcp', host: '127.0.0.1', port }, timeouts }));
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

test('a server that is no SMTP server does no harm', async () => {
  const floods: readonly (readonly [string, string])[] = [
    ['HTTP/1.1 200 OK\r\n\r\n', ''],
    ['220-more\r\n'.repeat(10_000), ''],
    ['x'.repeat(1_000_000), ''],
    ['220 hello\r\n250 hello\r\n', ''],
    ['220 hello\r\n', '250-x\r\n'.repeat(100_000)],
    ['220 hello\r\n', '\0\u0001\u0002\r\n'],
    ['220 hello\r\n', '250 ok\r\n250 and more\r\n250 and more\r\n'],
  ];
  for (const [banner, answer] of floods) {
    await withServer(
      (_text, socket) => socket.write(answer),
      async (relay) => {
        const handed = connect(relay, forever).then(async (connection) => {
          const { ending } = await handOver(connection, await sharedDelivery(['a@y']));
          assert.equal(lost(ending).trouble, 'protocol');
          throw new MtaError('protocol', 'lost');
        });
        await assert.rejects(handed, { trouble: 'protocol' });
      },
      banner,
    );
  }
});

test('a server that answers more than it was asked is not believed', async () => {
  await withServer(
    (text, socket) => {
      if (text.startsWith('EHLO')) socket.write('250-x\r\n250 PIPELINING\r\n');
      else if (text.startsWith('MAIL'))
        socket.write('250 a\r\n250 b\r\n354 c\r\n250 d\r\n250 e\r\n');
    },
    async (relay) => {
      const connection = await connect(relay, forever);
      const { ending } = await handOver(connection, await sharedDelivery(['a@y']));
      // The first one too many passes for the answer to the message; the next gives it away.
      assert.equal(ending.kind, 'done');
      assert.equal(connection.open, false);
    },
  );
});

test('a refusal in the middle of a large message is its answer', async () => {
  let received = 0;
  await withServer(
    (text, socket) => {
      if (text.startsWith('EHLO')) socket.write('250-x\r\n250 PIPELINING\r\n');
      else if (text.startsWith('MAIL')) socket.write('250 a\r\n250 b\r\n354 c\r\n');
      else {
        received += text.length;
        if (received > 100_000 && received - text.length <= 100_000) {
          socket.write('552 5.3.4 enough\r\n');
        }
      }
    },
    async (relay) => {
      const connection = await connect(relay, forever);
      const delivery = await sharedDelivery(['a@y']);
      const message = await rendered(`a: b\n\n${'x'.repeat(99)}\n`.repeat(200_000), [], 1000, 8000);
      const { ending, words, left } = await handOver(connection, { ...delivery, message });
      assert.deepEqual(words, ['refused body 552']);
      assert.deepEqual(lost(ending).inFlight, []);
      assert.equal(left, 0);
    },
  );
});

test('a server that stops reading is given up after its time', async () => {
  await withServer(
    (text, socket) => {
      if (text.startsWith('EHLO')) socket.write('250-x\r\n250 PIPELINING\r\n');
      else if (text.startsWith('MAIL')) socket.write('250 a\r\n250 b\r\n354 c\r\n');
      else socket.pause();
    },
    async (relay) => {
      const connection = await connect(relay, forever);
      const delivery = await sharedDelivery(['a@y']);
      const message = await rendered(`${'x'.repeat(99)}\n`.repeat(300_000), [], 1000, 8000);
      const { ending, left } = await handOver(connection, { ...delivery, message });
      // The final dot never left, so nothing is in doubt.
      assert.deepEqual(lost(ending), { trouble: 'timeout', inFlight: [] });
      assert.equal(left, 1);
    },
  );
});

test('answers that come before their questions cannot mix one message into another', async () => {
  const count = 40;
  const letters = Array.from({ length: count }, (_, i) => String.fromCharCode(97 + (i % 26)));
  let received = '';
  await withServer(
    (text, socket) => {
      received += text;
      if (text.startsWith('EHLO')) socket.write('250-x\r\n250 PIPELINING\r\n');
      else if (text.startsWith('MAIL')) {
        // Everything is answered at once, while we read nothing: our writes pile up.
        socket.pause();
        socket.write('250 a\r\n250 b\r\n354 c\r\n250 d\r\n'.repeat(count));
        setTimeout(() => socket.resume(), 100);
      }
    },
    async (relay) => {
      const hole = holeText(mark, 'letter');
      const connection = await connect(relay, forever);
      const { ending } = await handOver(connection, {
        message: await rendered(`a: b\n\n${`${hole}${'-'.repeat(79)}\n`.repeat(3000)}`, ['letter']),
        recipients: recipientsOf(letters.map((letter) => [`${letter}@y`])),
        envelope: { kind: 'each', returnPath: () => null, values: (i) => [letters[i] ?? ''] },
      });
      assert.equal(ending.kind, 'done');
      await connection.close();
    },
  );
  const messages = received.split('\r\nMAIL FROM:<>\r\n').slice(1);
  for (const [i, message] of messages.entries()) {
    const own = letters[i] ?? '';
    const lines = message.split('\r\n').filter((line) => line.endsWith('---'));
    assert(
      lines.every((line) => line.startsWith(own)),
      `message ${i}`,
    );
  }
});

test('what is said in the clear behind the 220 to STARTTLS is not believed', async () => {
  for (const more of ['250-inject', '250 injected\r\n']) {
    await withServer(
      (text, socket) => {
        if (text.startsWith('EHLO')) socket.write('250-x\r\n250 STARTTLS\r\n');
        else socket.write(`220 go\r\n${more}`);
      },
      async (relay) => {
        await assert.rejects(connect({ ...relay, tls: 'required' }, forever), (error: Error) => {
          assert(error instanceof MtaError && error.trouble === 'tls');
          assert(error.cause instanceof MtaError && error.cause.trouble === 'protocol');
          return true;
        });
      },
    );
  }
});

test('when TLS breaks after the 220, hopeful mail goes in the clear, over a new connection', async () => {
  await withServer(
    (text, socket) => {
      if (text.startsWith('EHLO')) socket.write('250-x\r\n250 STARTTLS\r\n');
      else if (text.startsWith('STARTTLS')) socket.write('220 go\r\n');
      else if (text.startsWith('DATA')) socket.write('354 go\r\n');
      else if (/^[MRDQa]/.test(text)) socket.write('250 ok\r\n');
      else socket.write('this is no TLS\r\n');
    },
    async (relay) => {
      const hopeful: RelaySettings = { ...relay, tls: 'opportunistic' };
      await using outlet = new Outlet([{ relay: hopeful, weight: 1 }], 1, () => 0);
      const delivery = await sharedDelivery(['a@y']);
      const answers: string[] = [];
      const message = await rendered('a: b\n\nc\n');
      await outlet.send(
        { ...delivery, message },
        Untried.all(delivery),
        (_indexes, answer) => answers.push(answer.kind),
        forever,
      );
      assert.deepEqual(answers, ['delivered']);
      const secret = { ...hopeful, auth: { user: 'a', password: 'b' } };
      await assert.rejects(connect(secret, forever), { trouble: 'tls' });
    },
  );
});
