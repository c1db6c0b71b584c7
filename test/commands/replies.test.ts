/** Every command, through a real list: the reply to it, line by line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commands } from '../../src/commands/index.ts';
import { addressKey } from '../../src/mail/address.ts';
import { address } from '../literals.ts';
import { type Message, type Office, office, type Written } from './desk.ts';

const ann = 'ann@example.net';
const mod = 'mod@example.com';
const token = 'abcdefgh234567ab';
const trusting = '[rules]\ntrustedHosts = ["mx.example.com"]\n';
const proof = ['Authentication-Results: mx.example.com; dmarc=pass header.from=example.net'];

const usage = [
  'set myposts|duplicates|ack|hide|untagged on|off|default [here|address|everywhere]',
  'set topics NAME,NAME|all|default [here|address|everywhere]',
  'set language en|de|fr|es|pt|ja|zh|ru|default [here|address|everywhere]',
  'set delivery on|off|FROM..UNTIL [here|address|everywhere]',
  'set mode regular|mime|plain|html|summary|notice|default [here|address|everywhere]',
  'set rhythm list|daily|weekly|monthly|default [here|address|everywhere]',
  'set address NEW',
  '    Change an option. Dates are written as in 2026-12-24..2027-01-06. A new address is',
  '    asked for confirmation.',
];
const unknownToken = '"abc" is no token.';
const waitsNot = 'That is nothing that waits for you: it was decided already, or it is too old.';
const noRequest = 'There is no such request: it was confirmed already, or it is too old.';

/** What is ordered, and what is said to it. */
const cases: readonly (readonly [orders: string, ...lines: readonly string[]])[] = [
  ['help set', ...usage],
  ['help UNSUBSCRIBE', 'leave [address=ADDRESS]', '    Leave the list.'],
  ['help dance', 'There is no command "dance".'],
  [
    'info',
    'Cats & Co <cats@example.com>',
    'About cats',
    'Join:  cats-join@example.com',
    'Leave: cats-leave@example.com',
    'Owner: cats-owner@example.com',
  ],
  ['lists', 'Public lists at example.com:', '  cats@example.com: About cats'],
  ['which', 'ann@example.net is on:', '  cats@example.com (member)'],
  ['who', 'Members of cats@example.com:', '  ann@example.net', '  bob@example.net'],
  [
    'show',
    'Options of ann@example.net on cats@example.com:',
    '  delivery   on',
    '  mode       regular',
    '  rhythm     list',
    '  myposts    on',
    '  duplicates off',
    '  ack        off',
    '  hide       off',
    '  language   en',
    'Mail of the list is delivered to you.',
  ],
  ['echo a  b  c', 'a b c'],
  ['set ack on', 'ack is on now.'],
  ['SET MYPOSTS OFF EVERYWHERE', 'myposts is off now.'],
  ['set hide default', 'hide is default now.'],
  ['set delivery off', 'delivery is off now.'],
  [
    'set delivery 2023-12-01..2023-12-05',
    'No mail of the list is delivered to you from December 1, 2023 to December 5, 2023, both days included.',
  ],
  [
    'set delivery maybe',
    '"maybe" is neither on, off nor FROM..UNTIL (such as 2026-12-24..2027-01-06).',
  ],
  ['set', 'That is no option. This is what can be set:', ...usage],
  ['set hide perhaps', 'That is no option. This is what can be set:', ...usage],
  ['set language tlh', 'That is no option. This is what can be set:', ...usage],
  ['set address ann@new.example', 'A message to ann@new.example asks for confirmation.'],
  ['set address nonsense', '"nonsense" is no mail address.'],
  ['set address ann@example.net', 'ann@example.net cannot be your new address.'],
  ['set address cats@example.com', 'cats@example.com cannot be your new address.'],
  ['mute abc', 'That is no thread of the list.'],
  ['unmute', 'That is no thread of the list.'],
  ['join', 'ann@example.net is a member of cats@example.com already.'],
  ['subscribe please', 'This is not understood: please'],
  ['join address=nonsense', '"nonsense" is no mail address.'],
  [
    'join address=zoe@z.example',
    'If zoe@z.example can join, a message there asks for confirmation.',
  ],
  ['leave me alone', 'This is not understood: me alone'],
  [
    'leave address=zoe@z.example',
    'If zoe@z.example is a member, a message there asks for confirmation.',
  ],
  ['confirm abc', unknownToken],
  [`confirm ${token}`, noRequest],
  ['accept abc', unknownToken],
  [`accept ${token}`, waitsNot],
  [`reject ${token} no`, waitsNot],
  ['refuse abc', unknownToken],
  [`discard ${token}`, waitsNot],
  ['claim abc', waitsNot],
];

const settings = {
  displayName: 'Cats & Co',
  description: 'About cats',
  rosterVisibility: 'members',
  nonmemberAction: 'hold',
  heldNotices: false,
};

async function staffed(): Promise<Office> {
  const here = await office(settings, [ann, 'bob@example.net'], trusting);
  const admin = here.store.as('test');
  await admin.addMember(here.list, 'moderator', address(mod));
  await admin.addMember(here.list, 'moderator', address('max@example.com'));
  return here;
}

/** A day later, so that no limit is near. */
async function send(here: Office, to: string, from: string, message: Message) {
  here.time.now += 86_400_001;
  return await here.send(to, from, message);
}

/** The lines between the order and the foot of the reply. */
function linesOf(reply: Written | undefined): string[] {
  const lines = reply?.text.replaceAll('\r\n', '\n').split('\n') ?? [];
  const end = lines.findIndex((line) => line.startsWith('Send "help" to'));
  assert(end > 0, reply?.text);
  return lines.slice(0, end).filter((line) => line !== '');
}

test('each command is answered line by line', async () => {
  await using here = await staffed();
  for (const [orders, ...said] of cases) {
    await here.store.as('test').changeMember(here.list, 'member', addressKey(address(ann)), {
      status: 'enabled',
    });
    const written = await send(here, 'cats-request@example.com', ann, {
      text: orders,
      header: proof,
    });
    const reply = written.find(({ to }) => to.includes(ann));
    const [order = '', ...lines] = linesOf(reply);
    assert.equal(order.toLowerCase(), `> ${orders.replace(/ +/g, ' ').toLowerCase()}`);
    assert.deepEqual(lines, said, orders);
  }
  const tried = new Set(cases.map(([orders]) => orders.split(' ')[0]?.toLowerCase()));
  const missing = commands.filter(({ verbs }) => !verbs.some((verb) => tried.has(verb)));
  assert.deepEqual(
    missing.map(({ help }) => help),
    ['help-end'],
    'a new command wants its case here',
  );
});

test('a proven sender hears that an order was dropped at a limit, a stranger does not', async () => {
  const limits = '[commands]\nsourceHour = 1\nsourceDay = 1\n';
  await using here = await office({}, [], `${trusting}${limits}`);
  const ask = (who: string, header: readonly string[]) =>
    here.send('cats-request@example.com', ann, { subject: `join address=${who}`, header });
  const reached = async (who: string, header: readonly string[]) =>
    (await ask(who, header)).flatMap(({ to, text }) => to.map((one) => `${one}: ${text}`));
  const [first, second] = await reached('one@example.net', proof);
  assert.match(first ?? '', /^one@example\.net: /);
  assert.match(second ?? '', /If one@example\.net can join, a message there asks/);
  const [refused, ...more] = await reached('two@example.net', proof);
  const told = /^ann@.*> join address=two@example\.net\r\nNot done: too much mail was sent/s;
  assert.match(refused ?? '', told);
  assert.deepEqual(more, []);
  assert.deepEqual(await reached('three@example.net', []), []);
});

test('a moderator is answered line by line, and the others hear of it', async () => {
  await using here = await staffed();
  const held = async (subject: string) => {
    const written = await send(here, 'cats@example.com', 'eve@x.example', { subject, text: 'buy' });
    return Object.fromEntries(written.map(({ to, replyTo }) => [to[0] ?? '', replyTo]));
  };
  const answer = async (who: string, replyTo: string | undefined, text: string) => {
    const written = await here.send(replyTo ?? '', who, { text });
    // Replies first, then who else is told.
    const all = written.map((one) => [
      one.to[0],
      ...(one.subject.includes('results') ? linesOf(one) : []),
    ]);
    return all.sort((a, b) => b.length - a.length);
  };
  const max = 'max@example.com';
  const about = (subject: string) => `"${subject}" by eve@x.example`;

  const food = await held('food');
  assert.deepEqual(await answer(mod, food[mod], 'claim'), [
    [mod, `You look after the message ${about('food')}; the others are told.`],
    [max],
  ]);
  assert.deepEqual(await answer(max, food[max], 'claim'), [
    [max, `${mod} looks after the message ${about('food')} already.`],
  ]);
  assert.deepEqual(await answer(mod, food[mod], 'accept'), [
    [mod, `The message ${about('food')} is accepted.`],
  ]);
  const [late] = await answer(max, food[max], 'reject: spam');
  assert.match(
    late?.[1] ?? '',
    /^The message "food" by eve@x\.example was accepted already by mod@example\.com \(.* UTC\)\.$/,
  );

  const toys = await held('toys');
  assert.deepEqual(await answer(max, toys[max], 'reject Only cats.'), [
    [max, `The message ${about('toys')} is rejected.`],
    ['eve@x.example'],
  ]);
  const milk = await held('milk');
  assert.deepEqual(await answer(max, milk[max], 'Discard'), [
    [max, `The message ${about('milk')} is discarded.`],
  ]);
});
