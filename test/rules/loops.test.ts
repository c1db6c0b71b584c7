/** Lists that are members of each other, and an answering machine on both: it must end by itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from '../../src/engine/chain.ts';
import { prepare } from '../../src/engine/pipeline.ts';
import { postingHandlers } from '../../src/handlers/index.ts';
import { addressKey } from '../../src/mail/address.ts';
import { authorsOf } from '../../src/mail/author.ts';
import { answerable } from '../../src/mail/loops.ts';
import type { HeaderBlock } from '../../src/mail/types.ts';
import { listId } from '../../src/model/ids.ts';
import type { ListView } from '../../src/model/list.ts';
import { postingChain } from '../../src/rules/index.ts';
import { address, cats, headersOf, membership, posting } from '../literals.ts';

type Mail = { readonly to: string; readonly sender: string | null; readonly headers: HeaderBlock };

function listNamed(name: string): ListView {
  const settings = { explicitDestination: false, administrivia: false } as const;
  const view = cats({ ...settings, nonmemberAction: 'accept' });
  return {
    ...view,
    id: listId(`${name}.example.com`),
    name,
    address: address(`${name}@example.com`),
  };
}

const lists: ReadonlyMap<string, ListView> = new Map(
  ['cats', 'dogs'].map((name) => [`${name}@example.com`, listNamed(name)] as const),
);
const robot = 'robot@example.net';
const members = [...lists.keys(), robot];

/** What one mail causes: copies to all members, or the robot's answer. */
function caused(mail: Mail, robotIsPolite: boolean): Mail[] {
  const list = lists.get(mail.to);
  return list ? distributed(list, mail) : mail.to === robot ? answered(mail, robotIsPolite) : [];
}

function distributed(list: ListView, { sender, headers }: Mail): Mail[] {
  const from = authorsOf(headers);
  const memberships = from
    .slice(0, 1)
    .map((one) => membership({ address: one, key: addressKey(one) }));
  const author = from[0] ?? '';
  const key = `${list.id} ${author}`;
  const recentByAuthor = posted.get(key) ?? 0;
  const past = { sameId: undefined, accepted: 0, recentByAuthor, recent: 0 };
  const senders = from.slice(0, 1);
  const view = posting({ list, headers, sender, from, senders, memberships, past });
  if (judge(postingChain(list), view).kind !== 'accept') return [];
  for (const name of [key, author]) posted.set(name, (posted.get(name) ?? 0) + 1);
  const body = { path: '', start: 0, end: 0 };
  const start = { headers, body, transforms: [], author: undefined, addressed: [] };
  const draft = prepare(postingHandlers, start, { list, number: 1, now: 0 });
  const bounces = `${list.name}-bounces@example.com`;
  return members.map((to) => ({ to, sender: bounces, headers: draft.headers }));
}

let answers = 0;
/** Accepted postings, by author, and by list and author. */
const posted = new Map<string, number>();

function answered({ sender, headers }: Mail, polite: boolean): Mail[] {
  const to = polite ? sender : (headers.get('reply-to') ?? headers.get('x-beenthere') ?? sender);
  if (to === null || to === undefined) return [];
  if (polite && !answerable(headers, address(to)).yes) return [];
  answers += 1;
  const lines = [`From: ${robot}`, `To: ${to}`, 'Subject: I am away', `Message-ID: <${answers}@r>`];
  const mark = polite ? ['Auto-Submitted: auto-replied'] : [];
  return [{ to, sender: polite ? null : robot, headers: headersOf(...lines, ...mark) }];
}

/** Lets all mail move until none is left; how much there was. */
function run(robotIsPolite: boolean, most: number): number {
  const lines = [
    'From: Anne <anne@example.net>',
    'To: cats@example.com',
    'Subject: x',
    'Message-ID: <0@a>',
  ];
  let moving: Mail[] = [
    { to: 'cats@example.com', sender: 'anne@example.net', headers: headersOf(...lines) },
  ];
  let count = 0;
  while (moving.length > 0 && count < most) {
    count += moving.length;
    moving = moving.flatMap((mail) => caused(mail, robotIsPolite));
  }
  return count;
}

test('two lists in each other and a polite answering machine come to rest', () => {
  // Anne's mail; copies by cats (3); of these dogs distributes one (3); all else ends there.
  assert.equal(run(true, 1000), 7);
});

test('an answering machine that marks nothing is stopped by the rate of its postings', () => {
  posted.clear();
  const { senderRate } = cats().settings;
  const count = run(false, 10_000);
  const own = posted.get(robot) ?? 0;
  assert.equal(
    own,
    senderRate * lists.size,
    'each list takes what one author may send, and no more',
  );
  assert(count < 10_000, `${count} messages`);
});
