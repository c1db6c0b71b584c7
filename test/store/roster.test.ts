import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressKey } from '../../src/mail/address.ts';
import { listId } from '../../src/model/ids.ts';
import { noRecipients, recipientsOf } from '../../src/model/recipients.ts';
import { address, addressesOf } from '../literals.ts';
import { listWith, opened, staged } from './opened.ts';

const all = { after: 0, upTo: 1_000_000, limit: 100, addressed: [] };
const key = (text: string) => addressKey(address(text));

describe('roster', () => {
  test('has regular, enabled members only, in the order in which they joined', async () => {
    await using at = await opened();
    const { store } = at;
    const cats = await listWith(at, 'cats', ['z@x.org', 'a@x.org']);
    const admin = store.as('test');
    await admin.addMember(cats, 'owner', address('owner@x.org'));
    await admin.addMember(cats, 'nonmember', address('non@x.org'));
    await admin.addMember(cats, 'member', address('digest@x.org'), { mode: 'mime' });
    await admin.addMember(cats, 'member', address('off@x.org'), { status: 'by-bounces' });
    const dogs = await listWith(at, 'dogs', ['dog@x.org']);
    assert.deepEqual(
      (await store.roster(cats, all)).recipients,
      recipientsOf([
        ['z@x.org', 1],
        ['a@x.org', 2],
      ]),
    );
    assert.deepEqual((await store.roster(dogs, all)).recipients, recipientsOf([['dog@x.org', 7]]));
  });

  test('goes on slice by slice to the boundary, and says when it is through', async () => {
    await using at = await opened();
    const { store } = at;
    const cats = await listWith(at, 'cats', ['a@x.org', 'b@x.org', 'c@x.org']);
    const upTo = await store.lastMember(cats);
    await store.as('test').addMember(cats, 'member', address('late@x.org'));
    const first = await store.roster(cats, { ...all, upTo, limit: 2 });
    assert.deepEqual(first, {
      recipients: recipientsOf([
        ['a@x.org', 1],
        ['b@x.org', 2],
      ]),
      cursor: 2,
      done: false,
    });
    const second = await store.roster(cats, { ...all, upTo, limit: 2, after: first.cursor });
    const recipients = recipientsOf([['c@x.org', 3]]);
    assert.deepEqual(second, { recipients, cursor: 3, done: true });
  });

  test('leaves out the author and the addressed who want it so, and only them', async () => {
    await using at = await opened();
    const { store } = at;
    const cats = await listWith(at, 'cats');
    const admin = store.as('test');
    const add = (text: string, ownPosts: 'on' | 'off', duplicates: 'on' | 'off') =>
      admin.addMember(cats, 'member', address(text), { options: { ownPosts, duplicates } });
    await add('once@x.org', 'on', 'off');
    await add('always@x.org', 'on', 'on');
    await add('no-own@x.org', 'off', 'on');
    const to = async (author: string | undefined, addressed: readonly string[]) => {
      const of = {
        ...all,
        author: author === undefined ? author : key(author),
        addressed: addressed.map(key),
      };
      return addressesOf((await store.roster(cats, of)).recipients);
    };
    const everybody = ['once@x.org', 'always@x.org', 'no-own@x.org'];
    assert.deepEqual(await to(undefined, ['stranger@x.org']), everybody);
    assert.deepEqual(await to('once@x.org', []), everybody);
    assert.deepEqual(await to('NO-own@X.org', []), ['once@x.org', 'always@x.org']);
    assert.deepEqual(await to(undefined, ['Once@x.org', 'always@x.org']), everybody.slice(1));
  });

  test("follows the list's word of today for whoever never said anything himself", async () => {
    await using at = await opened();
    const { store } = at;
    const cats = await listWith(at, 'cats', ['ann@x.org']);
    const admin = store.as('test');
    const stays = { options: { ownPosts: 'on', duplicates: 'off' } } as const;
    await admin.addMember(cats, 'member', address('bob@x.org'), stays);
    const counts = async (who: string) => [
      (await store.roster(cats, { ...all, author: key(who) })).recipients.length,
      (await store.roster(cats, { ...all, addressed: [key(who)] })).recipients.length,
    ];
    assert.deepEqual(
      [await counts('ann@x.org'), await counts('bob@x.org')],
      [
        [2, 1],
        [2, 1],
      ],
    );
    await admin.changeSettings(cats, [
      { name: 'ownPosts', value: false },
      { name: 'duplicates', value: true },
    ]);
    assert.deepEqual(
      [await counts('ann@x.org'), await counts('bob@x.org')],
      [
        [1, 2],
        [2, 1],
      ],
    );
  });

  test('leaves out who muted the thread, of copies and of notices alike, until he hears it again', async () => {
    await using at = await opened();
    const { store } = at;
    const cats = await listWith(at, 'cats', ['a@x.org', 'b@x.org']);
    await store.as('test').addMember(cats, 'member', address('n@x.org'), { mode: 'notice' });
    const mute = async (who: string, on: boolean) => {
      const change = { kind: 'muted', list: cats, key: key(who), thread: 'food', on } as const;
      const [one] = await store.apply([{ cause: `${who} ${on}`, changes: [change], fate: '' }], 1);
      assert.equal(one?.kind, 'applied');
    };
    const got = async (thread: string, notice = false) =>
      addressesOf((await store.roster(cats, { ...all, thread, notice })).recipients);
    await mute('a@x.org', true);
    await mute('n@x.org', true);
    assert.deepEqual([await got('food'), await got('toys')], [['b@x.org'], ['a@x.org', 'b@x.org']]);
    assert.deepEqual([await got('food', true), await got('toys', true)], [[], ['n@x.org']]);
    await mute('a@x.org', false);
    assert.deepEqual(await got('food'), ['a@x.org', 'b@x.org']);
  });

  test('moves its cursor when a whole slice goes without', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats', ['a@x.org', 'b@x.org']);
    const slice = await at.store.roster(cats, { ...all, limit: 1, addressed: [key('a@x.org')] });
    assert.deepEqual(slice, { recipients: noRecipients, cursor: 1, done: false });
  });

  test('is empty for a list that is gone', async () => {
    await using at = await opened();
    const slice = await at.store.roster(listId('gone.example.org'), all);
    assert.deepEqual(slice, { recipients: noRecipients, cursor: 0, done: true });
  });

  test('reads nothing but what it gives, on a large list among others', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats');
    const stage = await at.store.stage(cats, 'test');
    stage.add(staged(Array.from({ length: 2000 }, (_, n) => `m${n}@x.org`)));
    await stage.import(false);
    stage.close();
    const db = await at.rows();
    const plan = db.all(
      {
        sql: `explain query plan select address.address, member.number from member
          join address on address.seq = member.address
          where member.list = 1 and member.role = 'member' and member.mode = 'regular'
          and member.status = 'enabled' and member.number > 5 and member.number <= 500
          order by member.number limit 10`,
        bind: () => [],
        row: { detail: '' },
      },
      {},
    );
    const details = plan.map(({ detail }) => detail);
    assert.match(details[0] ?? '', /COVERING INDEX member_roster .*number>\? AND number<\?/);
    assert.match(details[1] ?? '', /SEARCH address USING INTEGER PRIMARY KEY/);
    assert.equal(details.length, 2, 'nothing is sorted');
  });

  test('owners are owners and moderators who get mail, each once', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats', ['ann@x.org']);
    const admin = at.store.as('test');
    await admin.addMember(cats, 'owner', address('Olga@x.org'));
    await admin.addMember(cats, 'moderator', address('olga@x.org'));
    await admin.addMember(cats, 'moderator', address('Max@x.org'));
    await admin.addMember(cats, 'owner', address('away@x.org'), { status: 'by-member' });
    assert.deepEqual(await at.store.owners(cats), ['Max@x.org', 'Olga@x.org']);
  });
});
