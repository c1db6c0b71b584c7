import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Site } from '../../src/engine/site.ts';
import { addressKey } from '../../src/mail/address.ts';
import type { ListId } from '../../src/model/ids.ts';
import { hashPassword } from '../../src/model/password.ts';
import type { Options } from '../../src/model/preferences.ts';
import { readPlace } from '../../src/spool/parked.ts';
import { waitingIn } from '../../src/spool/places.ts';
import type { Store } from '../../src/store/store.ts';
import { address, addressesOf } from '../literals.ts';
import { makeList, makeSite, type TestSite } from '../site.ts';
import { putEntry } from './entries.ts';
import { workAt } from './stopped.ts';

const now = 1_900_000_000_000;
const [ann, bob, cleo] = ['ann@x.example', 'bob@x.example', 'cleo@x.example'];
const topics = ['food: herring|milk -- What to eat', 'toys: \\bmouse\\b'];

type Opened = AsyncDisposable & {
  readonly site: Site;
  readonly store: Store;
  readonly list: ListId;
  readonly made: TestSite;
  /** Says something of a member of the list. */
  say(who: string, options: Options): Promise<void>;
  /** Who gets a posting with this subject and text, by the names of lists. */
  post(subject: string, more?: Posted): Promise<Record<string, readonly string[]>>;
  /** The message of the last copy of all. */
  sent(): string;
};
type Posted = { readonly text?: string; readonly header?: string[]; readonly to?: string[] };

async function list(settings: Readonly<Record<string, unknown>> = {}): Promise<Opened> {
  const made = await makeSite();
  const id = await makeList(made, 'cats@example.com', [ann, bob, cleo], { topics, ...settings });
  const site = made.open();
  const store = await site.store();
  let written = 0;
  let sent = '';
  return {
    sent: () => sent,
    made,
    site,
    store,
    list: id,
    async say(who, options) {
      await store.as('test').changeMember(id, 'member', addressKey(address(who)), { options });
    },
    async post(subject, { text = 'Hello.', header = [], to = ['cats@example.com'] } = {}) {
      written += 1;
      const before = new Set([...waitingIn(site.spool, 'outgoing')].map(({ folder }) => folder));
      const message = [
        `From: ${ann}`,
        `To: ${to.join(', ')}`,
        `Subject: ${subject}`,
        `Message-ID: <${written}@x.example>`,
        ...header,
        '',
        text,
        '',
      ].join('\r\n');
      for (const recipient of to) {
        await putEntry(site.spool.paths.root, { message, sender: ann, recipient, now });
      }
      await workAt(site, now, ['incoming', 'pipeline', 'mailing']);
      const found: Record<string, string[]> = {};
      for (const { folder, id } of waitingIn(site.spool, 'outgoing')) {
        const read = readPlace({ folder, id });
        if (before.has(folder) || read.kind !== 'entry' || read.meta.work.kind !== 'batch')
          continue;
        sent = readFileSync(`${folder}/message.eml`, 'utf8');
        const name = read.meta.list?.split('.')[0] ?? '';
        found[name] = [...(found[name] ?? []), ...addressesOf(read.meta.work.recipients)].sort();
      }
      return found;
    },
    async [Symbol.asyncDispose]() {
      await site.close();
      await made[Symbol.asyncDispose]();
    },
  };
}

describe('topics', () => {
  test('reach those who chose them, and those who chose none', async () => {
    await using on = await list();
    await on.say(bob, { topics: 'food' });
    await on.say(cleo, { topics: 'toys,food', untagged: 'on' });
    assert.deepEqual(await on.post('Fresh Herring'), { cats: [ann, bob, cleo] });
    assert.match(on.sent(), /^X-Topics: food\r$/m);
    assert.deepEqual(await on.post('A mouse'), { cats: [ann, cleo] });
    assert.deepEqual(await on.post('Sleep', { header: ['X-Topics: food'] }), { cats: [ann, cleo] });
    assert.doesNotMatch(on.sent(), /X-Topics/);
    assert.deepEqual(await on.post('Dinner', { header: ['Keywords: milk'] }), {
      cats: [ann, bob, cleo],
    });
  });

  test('are looked for in the first lines of the text, as many as the list says', async () => {
    await using on = await list({ topicLines: 2 });
    await on.say(bob, { topics: 'food' });
    assert.deepEqual(await on.post('x', { text: 'one\r\nmilk' }), { cats: [ann, bob, cleo] });
    assert.deepEqual(await on.post('x', { text: 'one\r\ntwo\r\nmilk' }), { cats: [ann, cleo] });
  });

  test('of the nearest level count, and what the list says where nobody says anything', async () => {
    await using on = await list();
    const admin = on.store.as('test');
    const { number } = await admin.addUser(address(bob), 'Bob');
    await admin.changeUser(number, { options: { topics: 'toys' } });
    assert.deepEqual(await on.post('milk'), { cats: [ann, cleo] });
    await on.say(bob, { topics: 'food' });
    assert.deepEqual(await on.post('milk'), { cats: [ann, bob, cleo] });
    assert.deepEqual(await on.post('sleep'), { cats: [ann, cleo] });
    await admin.changeSettings(on.list, [{ name: 'untagged', value: true }]);
    assert.deepEqual(await on.post('sleep'), { cats: [ann, bob, cleo] });
    await admin.changeUser(number, { options: { untagged: 'off' } });
    assert.deepEqual(await on.post('sleep'), { cats: [ann, cleo] });
  });

  test('of one list keep nobody from his copy by another', async () => {
    await using on = await list();
    const dogs = await on.store.as('test').createList({ name: 'dogs', domain: 'example.com' });
    for (const who of [ann, bob]) await on.store.as('test').addMember(dogs, 'member', address(who));
    await on.say(bob, { topics: 'toys' });
    const to = ['cats@example.com', 'dogs@example.com'];
    assert.deepEqual(await on.post('milk', { to }), { cats: [ann, cleo], dogs: [bob] });
    assert.deepEqual(await on.post('a mouse', { to }), { cats: [ann, bob, cleo] });
  });
});

describe('an urgent posting', () => {
  const password = { moderatorPassword: hashPassword('secret', Buffer.alloc(16, 1)) };

  test('reaches at once those who read digests, and nobody reads the password', async () => {
    await using on = await list(password);
    const admin = on.store.as('test');
    await admin.changeMember(on.list, 'member', addressKey(address(bob)), { mode: 'mime' });
    assert.deepEqual(await on.post('sleep'), { cats: [ann, cleo] });
    const header = ['Urgent: secret'];
    assert.deepEqual(await on.post('fire', { header }), { cats: [ann, bob, cleo] });
    assert.doesNotMatch(on.sent(), /urgent|secret/i);
    const [archived] = [...waitingIn(on.site.spool, 'archive')].slice(-1);
    assert(archived);
    assert.doesNotMatch(readFileSync(`${archived.folder}/message.eml`, 'utf8'), /urgent|secret/i);
  });

  test('is rejected with a wrong password', async () => {
    await using on = await list(password);
    assert.deepEqual(await on.post('fire', { header: ['Urgent: yes'] }), {});
    assert.equal([...waitingIn(on.site.spool, 'virgin')].length, 1);
  });

  test('does not come twice to who reads digests of one list and is on another', async () => {
    await using on = await list(password);
    const admin = on.store.as('test');
    await admin.changeMember(on.list, 'member', addressKey(address(bob)), { mode: 'mime' });
    const dogs = await admin.createList({ name: 'dogs', domain: 'example.com' });
    await admin.changeSettings(dogs, [
      { name: 'moderatorPassword', value: password.moderatorPassword },
    ]);
    for (const who of [ann, bob]) await admin.addMember(dogs, 'member', address(who));
    const to = ['cats@example.com', 'dogs@example.com'];
    assert.deepEqual(await on.post('sleep', { to }), { cats: [ann, cleo], dogs: [bob] });
    const header = ['Urgent: secret'];
    assert.deepEqual(await on.post('fire', { to, header }), { cats: [ann, bob, cleo] });
  });
});
