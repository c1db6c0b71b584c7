import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { entryId } from '../../src/model/ids.ts';
import { adHoc, q } from '../../src/store/sql.ts';
import { openStore, type Slip } from '../../src/store/store.ts';
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

  test('forgets what mail did long ago, but no number, nothing open and nothing that people did', async () => {
    await using at = await opened();
    const { store } = at;
    const cats = await listWith(at, 'cats');
    at.time.now = 0;
    await store.as('test').addMember(cats, 'member', address('ann@x.org'));
    const done = (id: string, last: boolean): Slip => ({
      cause: `${id}.0`,
      fate: 'finish',
      changes: [
        {
          kind: 'accepted',
          list: cats,
          posting: entryId(id),
          messageId: `<${id}>`,
          author: 'a',
          subject: 's',
        },
        { kind: 'cut', list: cats, mailing: entryId(id), batches: 0, recipients: 0, last },
        {
          kind: 'refused',
          list: cats,
          mailing: entryId(id),
          refusals: [{ address: 'ann@x.org', code: 550, text: 'no' }],
        },
      ],
    });
    await store.apply([done('old', true), done('open', false)], 10);
    await store.apply([done('new', true)], 100);
    // Three log lines and a refusal for each of two, and the mailing that is finished.
    assert.equal(await store.pruneHistory(100), 9);
    assert.equal(await store.pruneHistory(100), 0);
    assert.equal(await store.postingNumber(cats, 'old'), 1);
    assert.equal((await store.counts()).openMailings, 1);
    const db = await at.rows();
    const kinds = db.all(adHoc(q.selectFrom('change_log').select('kind').orderBy('seq')), {});
    assert.deepEqual(
      kinds.map(({ kind }) => kind),
      ['domain-added', 'list-created', 'member-added', 'accepted', 'cut', 'refused'],
    );
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
