import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { test } from 'node:test';
import { connect } from '../../src/mta/connection.ts';
import { type Ending, Untried } from '../../src/mta/delivery.ts';
import { MtaError, type RelaySettings, relaySettings, type Trouble } from '../../src/mta/types.ts';
import { type SinkStage, usualOffers } from '../sink/options.ts';
import { startSink } from '../sink.ts';
import {
  eachDelivery,
  forever,
  handOver,
  handOverTo,
  relayOf,
  rendered,
  sharedDelivery,
  users,
} from './setting.ts';

const lockStep = usualOffers.filter((word) => word !== 'PIPELINING');

function lost(ending: Ending): { trouble: Trouble; inFlight: readonly number[] } {
  assert(ending.kind === 'lost', `ended as ${ending.kind}`);
  return { trouble: ending.error.trouble, inFlight: ending.inFlight };
}

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
  const timeouts = { greetingMs: 2000, commandMs: 2000 };
  try {
    await run(relaySettings({ place: { kind: 'tcp', host: '127.0.0.1', port }, timeouts }));
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

test('a connection that breaks leaves those without an answer, and tells which are in doubt', async () => {
  type Case = readonly [stage: SinkStage, match: RegExp, inDoubt: readonly number[]];
  const cases: readonly Case[] = [
    ['mail', /\+3@/, []],
    ['rcpt', /user3@/, []],
    // Its message went out whole, and then nothing came back.
    ['body', /user3@/, [3]],
  ];
  for (const offers of [usualOffers, lockStep]) {
    for (const [stage, match, inDoubt] of cases) {
      for (const [reply, trouble] of [
        ['drop', 'closed'],
        ['421 4.3.2 going down', 'busy'],
      ] as const) {
        await using sink = await startSink({ offers, rules: [{ stage, match, reply }] });
        const handed = await handOverTo(sink, await eachDelivery(users(6)));
        assert.deepEqual(lost(handed.ending), { trouble, inFlight: inDoubt }, `${stage} ${reply}`);
        const answered = handed.words.filter((word) => word === 'delivered body 250').length;
        // Dropped in the middle of the replies to one write, the sink may not have sent them.
        assert(answered <= 3 && answered >= 2, `${answered} answered`);
        assert.equal(handed.left + answered + inDoubt.length, 6);
        assert.equal(
          sink.stats().distinct,
          answered,
          `${stage} ${reply} ${[...sink.pairs.keys()]}`,
        );
      }
    }
  }
});

test('in a shared transaction the same: nobody is guessed', async () => {
  for (const [stage, inDoubt] of [
    ['mail', 0],
    ['rcpt', 0],
    ['data', 0],
    ['body', 3],
  ] as const) {
    await using sink = await startSink({ rules: [{ stage, match: /./, reply: 'drop' }] });
    const { ending, words, left } = await handOverTo(sink, await sharedDelivery(users(3)));
    assert.equal(lost(ending).inFlight.length, inDoubt, stage);
    assert.deepEqual([...new Set(words)], [undefined]);
    assert.equal(left, 3 - inDoubt);
  }
});

test('those whose transaction broke off come last when it is tried again', async () => {
  await using sink = await startSink({
    keep: true,
    rules: [{ stage: 'rcpt', match: /user0@/, reply: '421 4.7.0 never', times: 1 }],
  });
  const delivery = await eachDelivery(users(3));
  const untried = Untried.all(delivery);
  for (let tries = 0; untried.size > 0 && tries < 2; tries++) {
    await using connection = await connect(relayOf(sink), forever);
    await connection.deliver(delivery, untried, () => {}, forever);
  }
  assert.deepEqual(
    sink.messages.map((message) => message.to[0]),
    ['user1@y.example', 'user2@y.example', 'user0@y.example'],
  );
});

test('silence ends by the time-out of its stage', async () => {
  const timeouts = { commandMs: 60, dataMs: 60, dotMs: 60 };
  for (const offers of [usualOffers, lockStep]) {
    for (const stage of ['mail', 'rcpt', 'data', 'body'] as const) {
      const rules = [{ stage, match: /./, reply: 'silence' }];
      await using sink = await startSink({ offers, rules });
      const { ending, left } = await handOverTo(sink, await sharedDelivery(['a@y']), { timeouts });
      const { trouble, inFlight } = lost(ending);
      assert.equal(trouble, 'timeout', stage);
      assert.deepEqual(inFlight, stage === 'body' ? [0] : []);
      assert.equal(left, stage === 'body' ? 0 : 1);
    }
  }
  await using mute = await startSink({
    rules: [{ stage: 'connect', match: /^/, reply: 'silence' }],
  });
  const relay = relayOf(mute, { timeouts: { greetingMs: 60 } });
  await assert.rejects(connect(relay, forever), { trouble: 'timeout' });
});

test('whoever cannot be connected to is refused or busy', async () => {
  const sink = await startSink();
  const relay = relayOf(sink);
  await sink.close();
  await assert.rejects(connect(relay, forever), { trouble: 'refused' });
  const rules = [{ stage: 'connect', match: /^/, reply: '421 4.3.2 too many of you' }] as const;
  await using full = await startSink({ rules });
  await assert.rejects(connect(relayOf(full), forever), { trouble: 'busy' });
  const drop = [{ stage: 'connect', match: /^/, reply: 'drop' }] as const;
  await using rude = await startSink({ rules: drop });
  await assert.rejects(connect(relayOf(rude), forever), { trouble: 'closed' });
  await assert.rejects(connect(relayOf(full), AbortSignal.abort()), { trouble: 'aborted' });
});

test('an abort ends a greeting that does not come', async () => {
  await using mute = await startSink({
    rules: [{ stage: 'connect', match: /^/, reply: 'silence' }],
  });
  const stop = new AbortController();
  const connecting = connect(relayOf(mute), stop.signal);
  setImmediate(() => stop.abort());
  await assert.rejects(connecting, { trouble: 'aborted' });
});

test('an unused connection is closed with QUIT after its time', async () => {
  await using sink = await startSink({ keep: true });
  const connection = await connect(relayOf(sink, { timeouts: { idleMs: 30 } }), forever);
  const { words } = await handOver(connection, await sharedDelivery(['a@y']));
  assert.deepEqual(words, ['delivered body 250']);
  while (connection.open) await new Promise((resolve) => setImmediate(resolve));
  await connection.close();
  assert.equal(sink.commands.at(-1), 'QUIT');
  const late = await handOver(connection, await sharedDelivery(['a@y']));
  assert.equal(lost(late.ending).trouble, 'closed');
  assert.equal(late.left, 1);
});

test('a server that hangs up on an idle connection is noticed', async () => {
  await using sink = await startSink();
  const connection = await connect(relayOf(sink), forever);
  sink.dropAll();
  while (connection.open) await new Promise((resolve) => setImmediate(resolve));
  const { ending, left } = await handOver(connection, await sharedDelivery(['a@y']));
  assert.equal(lost(ending).trouble, 'closed');
  assert.equal(left, 1);
});

test('a server that only knows HELO gets plain SMTP', async () => {
  await using sink = await startSink({ keep: true, plain: true });
  const { words } = await handOverTo(sink, await sharedDelivery(['a@y', 'b@y']));
  assert.deepEqual([...new Set(words)], ['delivered body 250']);
  assert.equal(sink.messages[0]?.mail, 'MAIL FROM:<list-bounces@list.example>');
});

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
