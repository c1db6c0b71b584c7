import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Change } from '../../src/model/change.ts';
import { entryId, type ListId } from '../../src/model/ids.ts';
import type { PastOrder } from '../../src/model/posting.ts';
import { address } from '../literals.ts';
import { listWith, opened } from './opened.ts';

const dayMs = 86_400_000;

function seen(list: ListId, posting: string, messageId: string, author = 'ann@x.org'): Change {
  return { kind: 'seen', list, posting: entryId(posting), messageId, author, knownMs: dayMs };
}

function slip(cause: string, ...changes: Change[]) {
  return { cause, changes, fate: 'finish' };
}

function order(more: Partial<PastOrder>): PastOrder {
  return {
    messageId: undefined,
    author: 'ann@x.org',
    root: 'now',
    idsSince: 0,
    countsSince: 0,
    mostByAuthor: 100,
    most: 100,
    ...more,
  };
}

describe('bans', () => {
  test('mean addresses and patterns, of the list and of the site', async () => {
    await using at = await opened();
    const { store } = at;
    const cats = await listWith(at, 'cats');
    const dogs = await listWith(at, 'dogs');
    const admin = store.as('test');
    assert.equal(await admin.ban(cats, 'Eve@Example.ORG', 'noise'), true);
    assert.equal(await admin.ban(cats, 'eve@example.org', ''), false, 'once is enough');
    assert.equal(await admin.ban(undefined, '^.*@spam\\.example$', ''), true);
    const banned = async (list: ListId | undefined, ...who: string[]) =>
      (await store.rules.bans(list, who.map(address))).map(({ entry }) => entry);
    assert.deepEqual(await banned(cats, 'EVE@example.org'), ['eve@example.org']);
    assert.deepEqual(await banned(dogs, 'eve@example.org'), []);
    assert.deepEqual(await banned(undefined, 'eve@example.org'), []);
    assert.deepEqual(await banned(dogs, 'ann@x.org', 'a@spam.example'), ['^.*@spam\\.example$']);
    assert.deepEqual(await banned(cats, 'ann@x.org'), []);
    const all = (await store.rules.allBans()).map(({ entry, list, reason, who }) => [
      entry,
      list,
      reason,
      who,
    ]);
    assert.deepEqual(all, [
      ['^.*@spam\\.example$', undefined, '', 'test'],
      ['eve@example.org', cats, 'noise', 'test'],
    ]);
  });

  test('are lifted as they were made, and go with their list', async () => {
    await using at = await opened();
    const { store } = at;
    const cats = await listWith(at, 'cats');
    const admin = store.as('test');
    await admin.ban(cats, 'eve@example.org', '');
    assert.equal(await admin.unban(undefined, 'eve@example.org'), false, 'not on all lists');
    assert.equal(await admin.unban(cats, 'EVE@example.org'), true);
    assert.equal(await admin.unban(cats, 'eve@example.org'), false);
    await admin.ban(cats, '^x', '');
    await admin.removeList(cats);
    assert.deepEqual(await store.rules.allBans(), []);
  });

  test('what is no address and no pattern is refused', async () => {
    await using at = await opened();
    const admin = at.store.as('test');
    await assert.rejects(admin.ban(undefined, 'eve', ''), /neither an address/);
    await assert.rejects(admin.ban(undefined, '^(', ''), /no pattern/);
    await assert.rejects(admin.ban(undefined, '@cats', ''), /cannot be banned together/);
  });
});

describe('what came before', () => {
  test('a Message-ID is known again on its list, until it is old, and not to itself', async () => {
    await using at = await opened();
    const { store } = at;
    const cats = await listWith(at, 'cats');
    const dogs = await listWith(at, 'dogs');
    await store.apply([slip('a.0', seen(cats, 'a', '<1@x>'))], 1000);
    const same = async (list: ListId, more: Partial<PastOrder>) =>
      (await store.rules.past(list, order({ messageId: '<1@x>', ...more }))).sameId;
    assert.equal(await same(cats, {}), 'a');
    assert.equal(await same(cats, { root: 'a' }), undefined);
    assert.equal(await same(cats, { idsSince: 1000 }), undefined);
    assert.equal(await same(cats, { messageId: '<2@x>' }), undefined);
    assert.equal(await same(dogs, {}), undefined);
  });

  test('of two with one Message-ID the first keeps it; when that is old, the next has it', async () => {
    await using at = await opened();
    const { store } = at;
    const cats = await listWith(at, 'cats');
    await store.apply(
      [slip('a.0', seen(cats, 'a', '<1@x>')), slip('b.0', seen(cats, 'b', '<1@x>'))],
      10,
    );
    const same = async (root: string) =>
      (await store.rules.past(cats, order({ messageId: '<1@x>', root }))).sameId;
    assert.equal(await same('a'), undefined);
    assert.equal(await same('b'), 'a');
    await store.apply([slip('c.0', seen(cats, 'c', '<1@x>'))], 10 + 2 * dayMs);
    assert.equal(await same('b'), 'c');
  });

  test('postings are counted by author and in all, since a time, no further than it matters', async () => {
    await using at = await opened();
    const { store } = at;
    const cats = await listWith(at, 'cats');
    for (const [n, who] of ['ann@x.org', 'ann@x.org', 'bob@x.org', ''].entries()) {
      await store.apply([slip(`p${n}.0`, seen(cats, `p${n}`, '', who))], 1000 + n);
    }
    const past = async (more: Partial<PastOrder>) => {
      const { recentByAuthor, recent } = await store.rules.past(cats, order(more));
      return [recentByAuthor, recent];
    };
    assert.deepEqual(await past({}), [2, 4]);
    assert.deepEqual(await past({ countsSince: 1000 }), [1, 3]);
    assert.deepEqual(await past({ root: 'p0' }), [1, 3]);
    assert.deepEqual(await past({ author: undefined }), [0, 4]);
    assert.deepEqual(await past({ mostByAuthor: 1, most: 3 }), [1, 3]);
    assert.deepEqual(await past({ countsSince: undefined }), [0, 0]);
    assert.equal(await store.rules.prune(1002, 0), 2);
    assert.deepEqual(await past({}), [0, 2]);
  });

  test('accepted postings of an author are counted for good', async () => {
    await using at = await opened();
    const { store } = at;
    const cats = await listWith(at, 'cats');
    const accepted = (posting: string): Change => ({
      kind: 'accepted',
      list: cats,
      posting: entryId(posting),
      messageId: '',
      author: 'Ann@X.org',
      subject: '',
    });
    await store.apply([slip('a.0', accepted('a')), slip('b.0', accepted('b'))], 1);
    await store.apply([slip('a.0', accepted('a')), slip('a.1', accepted('a'))], 2);
    await store.rules.prune(10, 0);
    assert.equal((await store.rules.past(cats, order({}))).accepted, 2);
    assert.equal((await store.rules.past(cats, order({ author: 'bob@x.org' }))).accepted, 0);
  });
});
