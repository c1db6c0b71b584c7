/** Real workers under limits of what may be under way at once, counted where it arrives. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageBy, putEntry, startWorker, stopWorker, until } from '../engine/entries.ts';
import { workAt } from '../engine/stopped.ts';
import { makeList, makeSite } from '../site.ts';

const answerMs = 10;

/** An MTA that counts messages under way, from RCPT to the answer to the dot, by domain. */
async function startCounter() {
  const now = new Map<string, number>();
  const most = new Map<string, number>();
  const taken = new Map<string, number>();
  const count = (map: Map<string, number>, key: string, by: number): number => {
    map.set(key, (map.get(key) ?? 0) + by);
    return map.get(key) ?? 0;
  };
  const serve = async (socket: net.Socket): Promise<void> => {
    const say = (text: string) => socket.write(`${text}\r\n`);
    const to: string[] = [];
    let isBody = false;
    socket.on('error', () => undefined);
    say('220 counter.example ESMTP');
    // One line after the other, however many come at once.
    for await (const line of createInterface({ input: socket })) {
      const [, domain] = /^RCPT TO:<[^@]+@([^>]+)>/i.exec(line) ?? [];
      if (isBody && line !== '.') continue;
      if (isBody) {
        isBody = false;
        await sleep(answerMs);
        for (const one of to) count(taken, one, 1);
        for (const one of new Set(to)) count(now, one, -1);
        to.length = 0;
        say('250 2.0.0 Ok');
      } else if (domain !== undefined) {
        if (!to.includes(domain)) {
          const underWay = count(now, domain, 1);
          most.set(domain, Math.max(most.get(domain) ?? 0, underWay));
        }
        to.push(domain);
        say('250 2.1.5 Ok');
      } else if (/^DATA/i.test(line)) {
        isBody = true;
        say('354 go');
      } else if (/^EHLO/i.test(line)) say('250-counter.example\r\n250 PIPELINING');
      else say(/^QUIT/i.test(line) ? '221 bye' : '250 ok');
    }
  };
  const server = net.createServer((socket) => void serve(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, most, taken, [Symbol.dispose]: () => void server.close() };
}

const members = ['near.example', 'far.example', 'wide.example'].flatMap((domain) =>
  Array.from({ length: 30 }, (_, n) => `m${n}@${domain}`),
);

for (const verp of ['always', 'never'] as const) {
  test(`no more are under way at once than a domain may have, by two workers, verp ${verp}`, async () => {
    using counter = await startCounter();
    const toml = [
      // In the shared mode a message goes to one domain, so that each domain has many.
      `[outgoing]\nbatchRecipients = ${verp === 'always' ? 15 : 10}`,
      `[[relay]]\nport = ${counter.port}\ntls = "none"`,
      '[[pace]]\ndomain = "near.example"\nconcurrent = 1',
      '[[pace]]\ndomain = "far.example"\nconcurrent = 3\n',
    ].join('\n');
    await using made = await makeSite(toml);
    const settings = { verp, nonmemberAction: 'accept' };
    await makeList(made, 'cats@example.com', members, settings);
    const site = made.open();
    const now = Date.now();
    const ann = 'ann@x.example';
    await putEntry(site.paths.spool, { sender: ann, message: messageBy(ann), now });
    await workAt(site, now, ['incoming', 'pipeline', 'mailing']);
    await site.close();
    const workers = [1, 2].map((slot) => startWorker(made, 'outgoing', slot));
    try {
      const sum = () => [...counter.taken.values()].reduce((all, one) => all + one, 0);
      await until('all have it', () => sum() >= members.length);
    } finally {
      await Promise.all(workers.map(stopWorker));
    }
    assert.deepEqual([...counter.taken.values()], [30, 30, 30]);
    const atOnce = (domain: string) => counter.most.get(domain) ?? 0;
    assert.equal(atOnce('near.example'), 1);
    assert(atOnce('far.example') <= 3, `${atOnce('far.example')} at once`);
  });
}
