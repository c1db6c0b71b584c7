/** A volume is packed: whatever is left, its postings are there, and it can be packed again. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openIndex } from '../../../src/archive/index-file.ts';
import { Keeper } from '../../../src/archive/keeper.ts';
import { packVolume, plainVolumes } from '../../../src/archive/pack.ts';
import { volumesOf } from '../../../src/archive/places.ts';
import { rangeBytes, records } from '../../../src/archive/volume.ts';
import { realDisk } from '../../../src/ground/disk.ts';
import { listId } from '../../../src/model/ids.ts';
import { now } from '../office.ts';
import type { Scene } from '../plug.ts';

const list = listId('cats.example.com');
const bodies = ['Subject: 1\n\nHerring\n', `Subject: 2\n\n${'long '.repeat(400)}\n`];
const folderIn = (root: string) => join(root, 'var', 'archive');

function found(folder: string): string[] {
  return volumesOf(folder, list).flatMap((volume) =>
    [...records(folder, volume)].flatMap((record) => {
      if (record.kind === 'end') return [];
      assert(record.kind === 'record', record.kind);
      const { start, head } = record;
      return [rangeBytes(folder, { volume, start, end: start + head.size }).toString()];
    }),
  );
}

export const packScene: Scene = {
  name: 'packing',
  queues: ['archive'],
  async setUp(root) {
    const folder = folderIn(root);
    mkdirSync(folder, { recursive: true });
    const db = openIndex(`${root}.db`) ?? assert.fail();
    const keeper = new Keeper({ folder, disk: realDisk, db, writer: 'runner' });
    for (const [n, text] of bodies.entries()) {
      const message = Buffer.from(text);
      await keeper.keep({ list, entry: `e${n}`, received: now, sender: null, message });
    }
    db.close();
    for (const end of ['', '-wal', '-shm']) rmSync(`${root}.db${end}`, { force: true });
  },
  async act({ root, disk }) {
    for (const volume of plainVolumes(folderIn(root))) {
      assert(await packVolume(folderIn(root), disk, volume));
    }
  },
  async check({ root, heard }) {
    const folder = folderIn(root);
    assert.deepEqual(found(folder), bodies);
    const left = [...plainVolumes(folder)];
    if (heard) assert.deepEqual(left, []);
    for (const volume of left) assert(await packVolume(folder, realDisk, volume));
    assert.deepEqual(found(folder), bodies);
  },
};
