/** All that somebody can do in another's name: together they reach him once an hour, thrice a day. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { expireHeld } from '../../src/engine/cron-held.ts';
import { type Message, type Office, office } from './desk.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const victim = 'vic@example.net';
const other = 'mallory@example.net';

type Way = {
  readonly what: string;
  readonly to: string;
  readonly from?: string;
  readonly message?: Message;
  /** Nothing at all comes of it. */
  readonly silent?: boolean;
};

const at = (sub: string) => `cats${sub}@example.com`;
const subject = (text: string): Message => ({ subject: text });
const token = 'abcdefgh234567ab';

/** Every door at which mail with a forged sender can knock. */
const ways: readonly Way[] = [
  { what: 'joins', to: at('-join') },
  { what: 'subscribes', to: at('-subscribe') },
  { what: 'joins by an order', to: at('-request'), message: subject('join') },
  {
    what: 'joins for him',
    to: at('-request'),
    from: other,
    message: subject(`join address=${victim}`),
  },
  {
    what: 'joins for him by the text',
    to: at('-request'),
    from: other,
    message: { text: `subscribe address=VIC@Example.NET` },
  },
  { what: 'leaves', to: at('-leave') },
  { what: 'unsubscribes', to: at('-unsubscribe') },
  {
    what: 'leaves for him',
    to: at('-request'),
    from: other,
    message: subject(`leave address=${victim}`),
    silent: true,
  },
  { what: 'asks for help', to: at('-request'), message: subject('help') },
  {
    what: 'asks for all',
    to: at('-request'),
    message: { text: 'info\nlists\nwhich\nwho\nshow\necho x' },
  },
  { what: 'says nothing', to: at('-request'), message: { text: 'hello' } },
  {
    what: 'sets',
    to: at('-request'),
    message: { text: `set address ${other}\nset ack on\nset language de` },
  },
  { what: 'confirms nothing', to: at(`-confirm+${token}`) },
  { what: 'confirms', to: at('-confirm'), message: subject(`confirm ${token}`) },
  { what: 'accepts', to: at(`-accept+${token}`) },
  { what: 'rejects', to: at(`-reject+${token}`), message: { text: 'no' } },
  { what: 'discards', to: at(`-discard+${token}`) },
  { what: 'answers a notice', to: at(`-held+${token}`), message: { text: 'claim' } },
  { what: 'mutes', to: at('-mute+abc') },
  { what: 'posts, and is held', to: at(''), message: { subject: 'food', text: 'miaow' } },
  {
    what: 'posts, and is rejected',
    to: 'dogs@example.com',
    message: { subject: 'food', text: 'woof' },
  },
  { what: 'joins elsewhere', to: 'birds-join@example.org' },
  { what: 'joins under another name', to: at('-join'), from: 'vic+1@example.net' },
  {
    what: 'is a bounce',
    to: at('-request'),
    message: { sender: null, text: 'help' },
    silent: true,
  },
  {
    what: 'is a machine',
    to: at('-request'),
    message: { header: ['Auto-Submitted: auto-replied'], text: 'help' },
    silent: true,
  },
];

async function lists(members: readonly string[]): Promise<Office> {
  const here = await office({ heldNotices: true, nonmemberAction: 'hold' }, members);
  const admin = here.store.as('test');
  await admin.addDomain('example.org');
  const dogs = await admin.createList({ name: 'dogs', domain: 'example.com' });
  const no = [
    { name: 'nonmemberAction', value: 'reject' },
    { name: 'memberAction', value: 'reject' },
  ] as const;
  await admin.changeSettings(dogs, no);
  await admin.createList({ name: 'birds', domain: 'example.org' });
  return here;
}

/** How many letters the victim gets; each way is a message of its own. */
async function reached(here: Office, some: readonly Way[], source?: string): Promise<number> {
  let count = 0;
  for (const { to, from = victim, message = {} } of some) {
    const text = { ...(source === undefined ? {} : { sender: source }), ...message };
    const written = await here.send(to, from, text);
    count += written.filter((one) => one.to.some((who) => /^vic(?:\+1)?@/i.test(who))).length;
  }
  return count;
}

describe('in the name of another', () => {
  test('each way alone reaches him, or the test would prove nothing', async () => {
    await using here = await lists([]);
    for (const way of ways) {
      here.time.now += dayMs + 1;
      assert.equal(await reached(here, [way]), way.silent ? 0 : 1, way.what);
    }
  });

  for (const [who, members] of [
    ['a stranger', []],
    ['a member', [victim]],
  ] as const) {
    test(`all ways together reach ${who} once an hour and three times a day`, async () => {
      await using here = await lists(members);
      let today = 0;
      for (let hour = 0; hour < 4; hour += 1) {
        // In another order each time, so that each way is the first to come some time.
        const turned = [...ways.slice(hour * 6), ...ways.slice(0, hour * 6)];
        const now = await reached(here, turned);
        assert(now <= 1, `${now} letters in hour ${hour}`);
        today += now;
        here.time.now += hourMs;
      }
      assert.equal(today, 3);
      here.time.now += dayMs;
      assert.equal(await reached(here, ways), 1, 'the next day is another');
    });
  }

  test('many at the same moment are no more than one', async () => {
    await using here = await lists([]);
    const loud = ways.filter(({ silent }) => !silent);
    for (const { to, from = victim, message } of loud) await here.lay(to, from, message);
    const written = await here.work();
    assert.equal(written.filter((one) => one.to.includes(victim)).length <= 1, true);
  });

  test('a hundred held postings that nobody decides about do not all say goodbye', async () => {
    await using here = await lists([]);
    for (let n = 0; n < 5; n += 1) await here.send(at(''), victim, { subject: `food ${n}` });
    here.time.now += 20 * dayMs;
    const waiting = await here.store.held.waiting(here.list);
    assert.equal(waiting.length, 5);
    for (const { id } of waiting) {
      await expireHeld(here.site, here.list, id, 'discard', here.time.now);
    }
    const written = await here.work();
    assert.equal(written.filter(({ to }) => to.includes(victim)).length, 1);
  });

  test('one source reaches only so many, whoever they are', async () => {
    await using here = await lists([]);
    const { sourceHour } = here.site.config.commands;
    let count = 0;
    for (let n = 0; n < sourceHour + 5; n += 1) {
      const message = { subject: `join address=n${n}@many.example`, sender: other };
      const written = await here.send(at('-request'), other, message);
      count += written.filter((one) => one.to.some((to) => to.includes('many.example'))).length;
    }
    assert(count > 0 && count <= sourceHour, `${count} of ${sourceHour}`);
  });
});
