/** Lists that are members of each other, and answering machines: through the spool, to the end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findDestination } from '../../src/engine/desk.ts';
import { targetFor } from '../../src/engine/door.ts';
import type { Site } from '../../src/engine/site.ts';
import { putEntry } from '../engine/entries.ts';
import { workAt } from '../engine/stopped.ts';
import * as literals from '../literals.ts';
import { type Sink, type SunkMessage, startSink } from '../sink.ts';
import { makeList, makeSite } from '../site.ts';

const all = ['incoming', 'command', 'virgin', 'bounce', 'pipeline', 'mailing', 'outgoing'] as const;
const now = Date.UTC(2026, 4, 4, 12);
const anne = 'anne@example.net';
const robot = 'robot@example.net';
const { senderRate } = literals.cats().settings;
/** More than this is no end. */
const most = 500;

/** Whom an answering machine writes to, if at all. */
type Robot = (message: SunkMessage) => string | undefined;

function field({ bytes }: SunkMessage, name: string): string | undefined {
  const text = bytes
    .toString('latin1')
    .split('\r\n\r\n')[0]
    ?.replaceAll(/\r\n[ \t]+/g, ' ');
  const found = new RegExp(`^${name}: *(.*)$`, 'im').exec(text ?? '')?.[1];
  return /<([^>]*)>/.exec(found ?? '')?.[1] ?? found;
}

/** As RFC 3834 wants it: never to a list, to what is automatic, or to nobody. */
const polite: Robot = (message) => {
  const isAutomatic = field(message, 'auto-submitted') ?? field(message, 'list-id');
  return isAutomatic === undefined && message.from !== '' ? message.from : undefined;
};

/** Answers everything, as if a person did: to whoever wrote, or is named for answers. */
const rude: Robot = (message) => field(message, 'reply-to') ?? field(message, 'from');

/** Answers what it is sent to the list that it came from, with no mark. */
const worst: Robot = (message) => field(message, 'x-beenthere') ?? rude(message);

async function deliver(site: Site, recipient: string, from: string | null, message: string) {
  const found = await findDestination(await site.store(), recipient, site.config.site.separator);
  if (!found) return;
  const { queue, list, work } = targetFor(found, recipient, 'lmtp');
  await putEntry(site.paths.spool, { queue, list, work, recipient, message, sender: from, now });
}

let written = 0;
function mailBy(from: string, to: string, more: readonly string[] = []): string {
  written += 1;
  const id = `Message-ID: <${written}@example.net>`;
  return [`From: ${from}`, `To: ${to}`, `Subject: ${written}`, id, ...more, '', 'x', ''].join(
    '\r\n',
  );
}

/** Plays the world outside until nothing moves; gives how much the suite sent, by recipient. */
async function play(site: Site, sink: Sink, answer: Robot): Promise<ReadonlyMap<string, number>> {
  const sent = new Map<string, number>();
  for (let seen = 0; ; ) {
    await workAt(site, now, all);
    const fresh = sink.messages.slice(seen);
    seen += fresh.length;
    if (fresh.length === 0) return sent;
    assert(seen < most, `${seen} messages, and no end`);
    for (const message of fresh) {
      for (const to of message.to) {
        sent.set(to, (sent.get(to) ?? 0) + 1);
        if (to !== robot) await deliver(site, to, message.from || null, message.bytes.toString());
        else {
          const back = answer(message);
          const mark = answer === polite ? ['Auto-Submitted: auto-replied'] : [];
          const from = answer === polite ? null : robot;
          if (back) await deliver(site, back, from, mailBy(robot, back, mark));
        }
      }
    }
  }
}

/** What goes out, by recipient, after Anne wrote to the first of two lists that are in each other. */
async function loop(answer: Robot, settings: Readonly<Record<string, unknown>>, owner?: string) {
  await using sink = await startSink({ keep: true });
  await using made = await makeSite(`[[relay]]\nport = ${sink.port}\n`);
  const wish = { explicitDestination: false, senderRate, ...settings };
  const cats = await makeList(made, 'cats@example.com', ['dogs@example.com', robot, anne], wish);
  await makeList(made, 'dogs@example.com', ['cats@example.com', robot], wish);
  const site = made.open();
  if (owner !== undefined) {
    await (await site.store()).as('test').addMember(cats, 'owner', owner as never);
  }
  await deliver(site, 'cats@example.com', anne, mailBy(anne, 'friends@example.net'));
  const sent = await play(site, sink, answer);
  await site.close();
  return Object.fromEntries([...sent].toSorted());
}

test('two lists in each other and a polite answering machine come to rest', async () => {
  const sent = await loop(polite, { nonmemberAction: 'accept' });
  // Cats sends to its three, dogs to its two, and cats knows it by then.
  assert.deepEqual(sent, {
    [anne]: 1,
    'cats@example.com': 1,
    'dogs@example.com': 1,
    [robot]: 2,
  });
});

for (const [name, answer] of [
  ['answers whoever wrote', rude],
  ['answers to the list, with no mark', worst],
] as const) {
  test(`a machine that ${name} is heard as often as one author may be`, async (t) => {
    const sent = await loop(answer, { nonmemberAction: 'accept' });
    t.diagnostic(`sent: ${JSON.stringify(sent)}`);
    const heard = (sent['dogs@example.com'] ?? 0) - 1;
    assert(heard <= 2 * senderRate, `${heard} of its answers went from list to list`);
  });

  test(`and where what it writes is held, and it is told so, it ends as well: it ${name}`, async (t) => {
    const sent = await loop(answer, { nonmemberAction: 'hold', memberAction: 'hold' }, robot);
    t.diagnostic(`sent: ${JSON.stringify(sent)}`);
    assert.equal(sent['cats@example.com'], undefined, 'nobody has let anything through');
    const heard = sent[robot] ?? 0;
    assert(heard > 1 && heard <= senderRate + 10, `${heard} reached the owner that is a machine`);
  });
}
