/** Three postings are archived: one, then two together, with the index written between. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openIndex } from '../../../src/archive/index-file.ts';
import { catchUp } from '../../../src/archive/indexer.ts';
import { Keeper } from '../../../src/archive/keeper.ts';
import { volumesOf } from '../../../src/archive/places.ts';
import { type Database, statement } from '../../../src/archive/statement.ts';
import { rangeBytes, records } from '../../../src/archive/volume.ts';
import { settle } from '../../../src/engine/settle.ts';
import { realDisk } from '../../../src/ground/disk.ts';
import { entryId, listId } from '../../../src/model/ids.ts';
import { finish } from '../../../src/model/outcome.ts';
import { type OpenClaim, Spool } from '../../../src/spool/spool.ts';
import { claimAll, lay, leftovers, metaOf, now, recoverAll } from '../office.ts';
import type { House, Scene } from '../plug.ts';

const list = listId('cats.example.com');
const bodies = [
  'Subject: 1\n\nFrom here on\n',
  `Subject: 2\r\n\r\n${'long '.repeat(400)}\r\n`,
  'Subject: 3\n\nno line end',
];

const folderIn = (root: string) => join(root, 'var', 'archive');
/** Beside the world: what SQLite says is durable is, and what it lost the volumes have. */
const indexOf = (root: string) => `${root}.db`;

function open(root: string): Database {
  const db = openIndex(indexOf(root));
  assert(db);
  return db;
}

/** Archives what waits as the runner does. */
async function archiveAll(house: House, order: 1 | -1): Promise<void> {
  const { root, disk, ledger } = house;
  const folder = folderIn(root);
  const spool = new Spool(root, disk);
  const db = open(root);
  try {
    await catchUp({ folder, db });
    const keeper = new Keeper({ folder, disk, db, writer: 'runner' });
    const keep = async (claims: readonly OpenClaim[]): Promise<void> => {
      await Promise.all(
        claims.map(({ meta: { id: entry, sender, received }, message }) =>
          keeper.keep({ list, entry, sender, received, message }),
        ),
      );
      const slips = claims.map((claim) => ({ claim, outcome: { fate: finish } }));
      await settle(spool, ledger, slips, now);
      spool.litter.sweep();
    };
    const claims = claimAll(spool, 'archive');
    if (order === -1) claims.reverse();
    await keep(claims.slice(0, 1));
    await keeper.indexed(() => catchUp({ folder, db }));
    await keep(claims.slice(1));
  } finally {
    db.close();
  }
}

const entries = statement<object, { entry: string }>('select entry from posting order by entry');

/** `order`: how the successor takes the rest; `keepsIndex`: whether the index is still there. */
export function archiveScene(name: string, order: 1 | -1, keepsIndex: boolean): Scene {
  return {
    name,
    queues: ['archive'],
    setUp(root, id) {
      mkdirSync(folderIn(root), { recursive: true });
      for (const [n, bytes] of bodies.entries()) {
        const one = entryId(`${id}x${n}`);
        lay(root, 'archive', metaOf(one, { kind: 'archive' }, bytes), bytes);
      }
    },
    act: (house) => archiveAll(house, 1),
    async check({ root, store: ledger, id }) {
      const removeIndex = () => {
        for (const end of ['', '-wal', '-shm']) rmSync(`${indexOf(root)}${end}`, { force: true });
      };
      if (!keepsIndex) removeIndex();
      mkdirSync(folderIn(root), { recursive: true });
      await recoverAll(root, ledger);
      await archiveAll({ root, disk: realDisk, ledger, store: ledger }, order);
      assert.deepEqual(leftovers(root), []);
      const folder = folderIn(root);
      const found: string[] = [];
      for (const volume of volumesOf(folder, list)) {
        for (const record of records(folder, volume)) {
          if (record.kind === 'end') continue;
          assert(record.kind === 'record', record.kind);
          const { start, head } = record;
          found.push(rangeBytes(folder, { volume, start, end: start + head.size }).toString());
        }
      }
      assert.deepEqual(found.sort(), [...bodies].sort());
      const db = open(root);
      await catchUp({ folder, db });
      const indexed = db.all(entries, {}).map(({ entry }) => entry);
      db.close();
      removeIndex();
      assert.deepEqual(
        indexed,
        [0, 1, 2].map((n) => `${id}x${n}`),
      );
    },
  };
}
