/** A throw-away archive for tests: a folder, an index, and what is put into it. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openIndex } from '../../src/archive/index-file.ts';
import { catchUp } from '../../src/archive/indexer.ts';
import { type Keepable, Keeper, type KeptAs } from '../../src/archive/keeper.ts';
import { indexFile } from '../../src/archive/places.ts';
import type { Database } from '../../src/archive/statement.ts';
import { realDisk } from '../../src/ground/disk.ts';
import { listId } from '../../src/model/ids.ts';

export const cats = listId('cats.example.com');

/** 2026-11-01. */
export const start = Date.UTC(2026, 10, 1);

export type TestArchive = Disposable & {
  readonly folder: string;
  readonly db: Database;
  /** Keeps messages one after the other, a minute apart, and puts them into the index. */
  add(...messages: readonly (string | Buffer | Partial<Keepable>)[]): Promise<readonly KeptAs[]>;
};

/** Makes an empty archive, or opens one that is there once more. */
export function makeArchive(there?: string, index?: string): TestArchive {
  const root = there ?? mkdtempSync(join(tmpdir(), 'listmill-archive-'));
  const folder = there ?? join(root, 'archive');
  mkdirSync(folder, { recursive: true });
  const db = openIndex(index === undefined ? indexFile(folder) : join(folder, index));
  if (!db) throw new Error('no index');
  const keeper = new Keeper({ folder, disk: realDisk, db, writer: 'runner' });
  let count = 0;
  return {
    folder,
    db,
    async add(...messages) {
      const kept = await Promise.all(
        messages.map((message) => {
          count += 1;
          const more =
            typeof message === 'string' || Buffer.isBuffer(message) ? { message } : message;
          const posting: Keepable = {
            list: cats,
            entry: `e${count}`,
            received: start + count * 60_000,
            sender: 'anne@example.net',
            message: '',
            ...more,
          };
          // A text is the message here, never its file.
          const bytes =
            typeof posting.message === 'string' ? Buffer.from(posting.message) : posting.message;
          return keeper.keep({ ...posting, message: bytes });
        }),
      );
      await keeper.indexed(() => catchUp({ folder, db }));
      return kept;
    },
    [Symbol.dispose]() {
      db.close();
      if (there === undefined) rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A message of one line a field. */
export function mail(fields: Readonly<Record<string, string>>, body = 'Hello\n'): string {
  const lines = Object.entries({ From: 'Anne <anne@example.net>', Subject: 'Cats', ...fields });
  return `${lines.map(([name, value]) => `${name}: ${value}\n`).join('')}\n${body}`;
}
