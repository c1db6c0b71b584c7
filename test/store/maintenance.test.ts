import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openStore } from '../../src/store/store.ts';
import { address } from '../literals.ts';
import { addressesOf, listWith, opened } from './opened.ts';

describe('maintenance', () => {
  test('forgets old causes, but not those that a claim may still ask for', async () => {
    await using at = await opened();
    const { store } = at;
    for (const [cause, when] of [
      ['claimed.0', 10],
      ['new.0', 100],
      ['old.0', 10],
    ] as const) {
      await store.apply([{ cause, changes: [], fate: 'finish' }], when);
    }
    const many = Array.from({ length: 2500 }, (_, n) => ({
      cause: `many${n}.0`,
      changes: [],
      fate: 'finish',
    }));
    await store.apply(many, 20);
    assert.equal(await store.pruneSettled(100, (cause) => cause.startsWith('claimed')), 2501);
    assert.equal(await store.settled('claimed.0'), 'finish');
    assert.equal(await store.settled('new.0'), 'finish');
    assert.equal(await store.settled('old.0'), undefined);
    assert.equal(await store.pruneSettled(100, () => true), 0);
  });

  test('makes a copy that can be opened, while others write', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats', ['ann@x.org']);
    const to = join(at.folder, 'copy.db');
    const seen: number[] = [];
    const copying = at.store.backup(to, (done) => seen.push(done));
    await at.store.as('test').addMember(cats, 'member', address('bob@x.org'));
    await copying;
    const copy = await openStore(to, { now: () => 1 });
    assert.deepEqual(await copy.integrity(), []);
    assert.equal((await addressesOf(copy, cats))[0], 'ann@x.org');
    assert.ok(seen.length > 0);
    copy.close();
  });

  test('finds rows that refer to nothing', async () => {
    await using at = await opened();
    await listWith(at, 'cats', ['ann@x.org']);
    const db = await at.rows();
    db.pragma('foreign_keys = off');
    db.exec('delete from address');
    assert.deepEqual(await at.store.integrity(), [
      'a row of member refers to a row of address that is gone',
    ]);
  });

  test('forgets the addresses that a removed list leaves, and no others', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats', ['ann@x.org', 'bob@x.org', 'eve@x.org']);
    const dogs = await listWith(at, 'dogs', ['bob@x.org']);
    await at.store.as('test').addUser(address('eve@x.org'), 'Eve');
    await at.store.as('test').removeList(cats, true);
    await at.store.optimise();
    assert.equal((await at.store.counts()).addresses, 2);
    assert.deepEqual(await addressesOf(at.store, dogs), ['bob@x.org']);
    await at.store.optimise();
  });
});
