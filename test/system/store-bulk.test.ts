import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { removeInBulk } from '../../src/store/bulk.ts';
import { Lists } from '../../src/store/lists.ts';
import { Stage } from '../../src/store/stage.ts';
import { openStore } from '../../src/store/store.ts';
import { CutDatabase, type LossAt, Lost } from '../store/cut-database.ts';
import { listWith, type OpenedStore, opened, staged } from '../store/opened.ts';

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => `m${from + n}@x.org`);
/** Some more than two chunks. */
const many = 2100;
const by = { cause: 'cli:ann', now: 7 };

type Kind = 'import' | 'sync' | 'remove' | 'list';

/** A list of many members. */
async function full(at: OpenedStore) {
  const cats = await listWith(at, 'cats');
  using stage = await at.store.stage(cats, 'test');
  stage.add(staged(numbered(0, many)));
  await stage.import(false);
  return cats;
}

/** Does one of them on a connection that may be lost; gives how many transactions it took. */
async function play(path: string, list: string, kind: Kind, loss?: LossAt): Promise<number> {
  const db = new CutDatabase(path, loss);
  try {
    const known = new Lists(db).want(list);
    if (kind === 'list') await removeInBulk(db, known, by);
    else {
      const stage = new Stage(db, known, by);
      stage.add(staged(kind === 'remove' ? numbered(0, many) : numbered(many / 2, many * 2)));
      if (kind === 'import') await stage.import(false);
      else if (kind === 'sync') await stage.sync('member', undefined);
      else await stage.remove();
    }
  } catch (error) {
    if (!(error instanceof Lost)) throw error;
  } finally {
    db.close();
  }
  return db.begun;
}

/** What is left when the books are opened again: how many members, or no list. */
async function left(path: string, list: string) {
  await using store = await openStore(path, { now: () => 9 });
  assert.deepEqual(await store.integrity(), []);
  const db = new CutDatabase(path);
  const text = { sql: 'select count(*) as n from bulk', bind: () => [], row: { n: 0 } };
  assert.equal(db.get(text, {})?.n, 0, 'nothing is left half done');
  db.close();
  for await (const { id } of store.lists()) {
    if (id === list) return (await store.countMembers(id)).member;
  }
  return 'gone';
}

const ends: Readonly<Record<Kind, unknown>> = {
  import: many * 2,
  sync: many * 1.5,
  remove: 0,
  list: 'gone',
};

describe('what is done to many members', () => {
  for (const kind of ['import', 'sync', 'remove', 'list'] as const) {
    test(`${kind}: wherever the connection is lost, all of it is done or nothing`, async () => {
      await using at = await opened();
      const cats = await full(at);
      at.store.close();
      const path = join(at.folder, 'copy.db');
      copyFileSync(at.path, path);
      const transactions = await play(path, cats, kind);
      assert.equal(await left(path, cats), ends[kind]);
      const seen = new Set<unknown>();
      for (const nth of Array.from({ length: transactions }).keys()) {
        for (const moment of ['before', 'after'] as const) {
          copyFileSync(at.path, path);
          await play(path, cats, kind, { at: nth, moment });
          const now = await left(path, cats);
          assert.ok(now === ends[kind] || now === many, `${moment} ${nth}: ${now}`);
          seen.add(now);
        }
      }
      assert.deepEqual(seen, new Set([many, ends[kind]]));
    });
  }
});
