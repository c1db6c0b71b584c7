import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TransientError } from '../../src/ground/errors.ts';
import type { Change } from '../../src/model/change.ts';
import { entryId, type ListId, listId } from '../../src/model/ids.ts';
import { applySlips } from '../../src/store/apply.ts';
import { Lists } from '../../src/store/lists.ts';
import { adHoc, q, sql } from '../../src/store/sql.ts';
import type { Database } from '../../src/store/sqlite.ts';
import { openStore } from '../../src/store/store.ts';
import { listWith, opened } from './opened.ts';

const mailing = entryId('m1');

function accepted(list: ListId, posting: string): Change {
  return {
    kind: 'accepted',
    list,
    posting: entryId(posting),
    messageId: `<${posting}@x>`,
    author: 'ann@x.org',
    subject: 'food',
  };
}

function cut(list: ListId, batches: number, last: boolean): Change {
  return { kind: 'cut', list, mailing, batches, recipients: batches * 10, last };
}

function handed(list: ListId | undefined, delivered: number, done: boolean): Change {
  return { kind: 'handed', list, mailing, delivered, refused: 1, failed: 0, done };
}

function slip(cause: string, ...changes: Change[]) {
  return { cause, changes, fate: `fate of ${cause}` };
}

describe('apply', () => {
  test('gives the postings of a list rising numbers, each posting once', async () => {
    await using at = await opened();
    const { store } = at;
    const cats = await listWith(at, 'cats');
    const dogs = await listWith(at, 'dogs');
    await store.apply([slip('a.0', accepted(cats, 'a')), slip('b.0', accepted(dogs, 'b'))], 1);
    await store.apply([slip('c.0', accepted(cats, 'c')), slip('a.1', accepted(cats, 'a'))], 2);
    assert.equal(await store.postingNumber(cats, 'a'), 1);
    assert.equal(await store.postingNumber(cats, 'c'), 2);
    assert.equal(await store.postingNumber(dogs, 'b'), 1);
    assert.equal(await store.postingNumber(dogs, 'a'), undefined);
    assert.equal((await store.listFacts(cats)).postings, 2);
  });

  test('does nothing for a cause that was settled, and says with which fate', async () => {
    await using at = await opened();
    const { store } = at;
    const cats = await listWith(at, 'cats');
    await store.apply([slip('m1.0', cut(cats, 2, true))], 1);
    const twice = [slip('m1-b.0', handed(cats, 9, true))];
    assert.deepEqual(await store.apply(twice, 2), [{ kind: 'applied', facts: [] }]);
    assert.deepEqual(await store.apply(twice, 3), [{ kind: 'already', fate: 'fate of m1-b.0' }]);
    assert.equal(await store.settled('m1-b.0'), 'fate of m1-b.0');
    assert.equal(await store.settled('never'), undefined);
    const [last] = await store.apply([slip('m1-c.0', handed(cats, 9, true))], 4);
    assert.deepEqual(last?.kind === 'applied' && last.facts[0]?.delivered, 18);
  });

  test('rolls back a slip that fails, whole and alone', async () => {
    await using at = await opened();
    const { store } = at;
    const cats = await listWith(at, 'cats');
    const gone = listId('gone.example.org');
    const results = await store.apply(
      [
        slip('a.0', accepted(cats, 'a')),
        slip('b.0', accepted(cats, 'b'), accepted(gone, 'b')),
        slip('c.0', accepted(cats, 'c')),
      ],
      1,
    );
    assert.deepEqual(
      results.map(({ kind }) => kind),
      ['applied', 'failed', 'applied'],
    );
    assert.equal(await store.postingNumber(cats, 'b'), undefined);
    assert.equal(await store.settled('b.0'), undefined);
    assert.equal(await store.postingNumber(cats, 'c'), 2, 'the number was not used up');
  });

  test('fails the whole group where the database cannot be written', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats');
    const reader = await openStore(at.path, { readonly: true, now: () => 0 });
    await assert.rejects(reader.apply([slip('a.0', accepted(cats, 'a'))], 1), TransientError);
    reader.close();
    assert.equal(await at.store.settled('a.0'), undefined);
  });

  test('fails the whole group where the disk is full, and goes on when it is not', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats');
    const db = await at.rows();
    db.pragma(`max_page_count = ${Number(db.pragma('page_count'))}`);
    const slips = Array.from({ length: 2000 }, (_, n) => slip(`a${n}.0`, accepted(cats, `a${n}`)));
    assert.throws(() => applySlips(db, new Lists(db), slips, 1), TransientError);
    assert.equal(await at.store.settled('a0.0'), undefined);
    db.pragma('max_page_count = 100000');
    const results = applySlips(db, new Lists(db), slips, 1);
    assert.ok(results.every(({ kind }) => kind === 'applied'));
  });

  test('finishes a mailing once, when it is cut and all batches are done', async () => {
    await using at = await opened();
    const { store } = at;
    const cats = await listWith(at, 'cats');
    const factsOf = async (cause: string, now: number, change: Change) => {
      const [result] = await store.apply([slip(cause, change)], now);
      return result?.kind === 'applied' ? result.facts : undefined;
    };
    assert.deepEqual(await factsOf('m1.0', 1000, cut(cats, 1, false)), []);
    assert.deepEqual(await factsOf('m1-a.0', 1100, handed(cats, 9, true)), [], 'not all cut');
    assert.deepEqual(await factsOf('m1.1', 1200, cut(cats, 1, true)), [], 'one batch to go');
    assert.deepEqual(await factsOf('m1-b.0', 1300, handed(cats, 4, false)), []);
    assert.deepEqual(await factsOf('m1-b.1', 1500, handed(cats, 4, true)), [
      {
        kind: 'mailing-finished',
        mailing: 'm1',
        list: 'cats.example.org',
        recipients: 20,
        delivered: 17,
        refused: 3,
        failed: 0,
        ms: 500,
      },
    ]);
    assert.deepEqual(await factsOf('late.0', 1600, handed(cats, 0, false)), []);
    assert.equal((await store.counts()).openMailings, 0);
  });

  test('finishes a mailing to nobody when it is cut', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats');
    const [result] = await at.store.apply([slip('m1.0', cut(cats, 0, true))], 7);
    assert.equal(result?.kind === 'applied' && result.facts.length, 1);
  });

  test('keeps refusals with their cause, also of a list that is gone', async () => {
    await using at = await opened();
    const refusal = { address: 'ann@x.org', member: 3, code: 550, text: 'x'.repeat(5000) };
    const list = listId('gone.example.org');
    await at.store.apply(
      [slip('m1-a.0', { kind: 'refused', list, mailing, refusals: [refusal] })],
      5,
    );
    const db = await at.rows();
    assert.deepEqual(refusals(db), [
      { list: null, member: 3, address: 'ann@x.org', code: 550, length: 1000, cause: 'm1-a.0' },
    ]);
  });

  test('logs every change with its cause', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats');
    await at.store.apply([slip('m1.0', accepted(cats, 'a'), cut(cats, 1, true))], 5);
    const db = await at.rows();
    const rows = db.all(
      adHoc(
        q.selectFrom('change_log').select(['kind', 'subject', 'at']).where('cause', '=', 'm1.0'),
      ),
      {},
    );
    assert.deepEqual(rows, [
      { kind: 'accepted', subject: 'a', at: 5 },
      { kind: 'cut', subject: 'm1', at: 5 },
    ]);
  });
});

function refusals(db: Database) {
  return db.all(
    adHoc(
      q
        .selectFrom('refusal')
        .select(['list', 'member', 'address', 'code', sql`length(text)`.as('length'), 'cause']),
    ),
    {},
  );
}
