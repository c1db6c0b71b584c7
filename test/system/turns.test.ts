import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Site } from '../../src/engine/site.ts';
import { queueNames } from '../../src/model/queues.ts';
import { waitingIn } from '../../src/spool/places.ts';
import { messageBy, putEntry, startWorker, stopWorker, until } from '../engine/entries.ts';
import { workAt } from '../engine/stopped.ts';
import { startSink } from '../sink.ts';
import { makeList, makeSite } from '../site.ts';

const ann = 'ann@x.example';
const at = (domain: string, count: number) =>
  Array.from({ length: count }, (_, n) => `m${n}@${domain}`);

/** The priorities of what waits, queue by queue. */
function waiting(site: Site): string[] {
  return queueNames.flatMap((queue) =>
    [...waitingIn(site.spool, queue)].map((place) =>
      place.kind === 'waiting' ? `${queue} ${place.name.priority}` : place.kind,
    ),
  );
}

test('postings have the priority of their list in each queue, notices one of their own', async () => {
  await using made = await makeSite('[outgoing]\nbatchRecipients = 2\n');
  const settings = { priority: 2, noticePriority: 1, nonmemberAction: 'accept' };
  await makeList(made, 'cats@example.com', at('x.example', 3), settings);
  const site = made.open();
  const now = Date.now();
  await putEntry(site.paths.spool, { sender: ann, message: messageBy(ann), now });
  await workAt(site, now, ['incoming']);
  assert.deepEqual(waiting(site), ['pipeline 2']);
  await workAt(site, now, ['pipeline']);
  assert(waiting(site).includes('mailing 2'), waiting(site).join());
  await workAt(site, now, ['mailing', 'archive']);
  assert.deepEqual(waiting(site), ['outgoing 2', 'outgoing 2']);
  await putEntry(site.paths.spool, {
    queue: 'command',
    message: messageBy('new@y.example'),
    sender: 'new@y.example',
    recipient: 'cats-join@example.com',
    list: 'cats.example.com' as never,
    work: { kind: 'command', to: 'join' },
    now,
  });
  await workAt(site, now, ['command', 'virgin']);
  assert.deepEqual(waiting(site).sort(), ['outgoing 1', 'outgoing 2', 'outgoing 2']);
  await site.close();
});

test('a worker hands over what is urgent first, and gives lists of one priority turns', async () => {
  await using sink = await startSink({ keep: true });
  const outgoing = '[outgoing]\nbatchRecipients = 1\nconnections = 1\n';
  await using made = await makeSite(`${outgoing}[[relay]]\nport = ${sink.port}\n`);
  const lists = [
    ['news', 30, 5],
    ['talk', 3, 5],
    ['alert', 2, 1],
  ] as const;
  const site = made.open();
  const now = Date.now();
  for (const [n, [name, count, priority]] of lists.entries()) {
    const recipient = `${name}@example.com`;
    const settings = { priority, nonmemberAction: 'accept' };
    await makeList(made, recipient, at(`${name}.example`, count), settings);
    const message = messageBy(ann, name, recipient);
    await putEntry(site.paths.spool, { recipient, message, sender: ann, now: now + n });
    await workAt(site, now + n, ['incoming', 'pipeline', 'mailing']);
  }
  await site.close();
  const worker = startWorker(made, 'outgoing');
  await until('all are handed over', () => sink.stats().distinct === 35);
  await stopWorker(worker);
  const order = sink.messages.map(({ to }) => to[0]?.replace(/^.*@(\w+)\..*$/, '$1') ?? '');
  assert.deepEqual(order.slice(0, 2), ['alert', 'alert'], order.join(' '));
  const last = order.lastIndexOf('talk');
  assert(last < 12, `talk waits for news: ${order.join(' ')}`);
});

test('limits of a list and of the site hold for whatever goes out', async () => {
  await using sink = await startSink();
  const toml = [
    `[[relay]]\nport = ${sink.port}`,
    '[[pace]]\nlist = "cats.example.com"\nmessages = 3\nperMs = 3600000',
    '[[pace]]\nmessages = 8\nperMs = 3600000\n',
  ].join('\n');
  await using made = await makeSite(toml);
  const site = made.open();
  const counts: number[] = [];
  for (const name of ['cats', 'dogs', 'cows']) {
    const recipient = `${name}@example.com`;
    await makeList(made, recipient, at(`${name}.example`, 4), { nonmemberAction: 'accept' });
    const message = messageBy(ann, name, recipient);
    await putEntry(site.paths.spool, { recipient, message, sender: ann });
    await workAt(site, Date.now(), ['incoming', 'pipeline', 'mailing', 'outgoing']);
    counts.push([...sink.pairs.keys()].filter((pair) => pair.includes(`@${name}.`)).length);
  }
  assert.deepEqual(counts, [3, 4, 1]);
  await site.close();
});
