/** The power goes off while a posting, or words of it, are taken out of the archive. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { openIndex } from '../../src/archive/index-file.ts';
import { type PostingRow, postingsOfList } from '../../src/archive/index-look.ts';
import { knownList } from '../../src/archive/index-write.ts';
import { catchUp } from '../../src/archive/indexer.ts';
import { Keeper } from '../../src/archive/keeper.ts';
import { packVolume } from '../../src/archive/pack.ts';
import { indexFile, listFolder, volumesOf } from '../../src/archive/places.ts';
import { records } from '../../src/archive/volume.ts';
import { redactPosting, removePosting } from '../../src/engine/archive-removal.ts';
import type { Site } from '../../src/engine/site.ts';
import { type Disk, realDisk } from '../../src/ground/disk.ts';
import { silentLog } from '../../src/ground/log.ts';
import { listId } from '../../src/model/ids.ts';
import { now, openBench } from '../powercut/office.ts';
import { pullEverywhere, type Scene } from '../powercut/plug.ts';

const { bench, store } = await openBench();

const list = listId('cats.example.com');
const by = { who: 'test', why: 'asked', now };
/** What nobody shall read any more. */
const secret = 'Pimpernel';
const bodies = ['one, before', `two, ${secret} and others`, 'three, behind'];
const messages = bodies.map((text, n) =>
  Buffer.from(`From: a@x.example\nSubject: ${n}\nMessage-ID: <${n}@x>\n\n${text}\n`),
);
const folderIn = (root: string) => join(root, 'archive');

function siteOf(root: string, disk: Disk): Site {
  const paths = { archive: folderIn(root), digests: join(root, 'digests') };
  return { paths, spool: { disk }, log: silentLog, store: async () => store } as unknown as Site;
}

async function lay(root: string, pack: boolean): Promise<void> {
  const folder = folderIn(root);
  mkdirSync(folder);
  const db = openIndex(indexFile(folder));
  assert(db);
  const keeper = new Keeper({ folder, disk: realDisk, db, writer: 'runner' });
  for (const [n, message] of messages.entries()) {
    await keeper.keep({ list, entry: `e${n}`, received: now + n, sender: null, message });
  }
  if (pack) for (const one of volumesOf(folder, list)) await packVolume(folder, realDisk, one);
  await catchUp({ folder, db });
  db.close();
}

/** The postings that can be read now. */
async function shown(root: string): Promise<PostingRow[]> {
  const folder = folderIn(root);
  const db = openIndex(indexFile(folder));
  assert(db);
  await catchUp({ folder, db });
  const rows = [...postingsOfList(db, knownList(db, list) ?? 0)].filter(
    ({ state }) => state !== 'removed',
  );
  db.close();
  return rows;
}

/** All that stands in the volumes. */
function textIn(root: string): string {
  const folder = listFolder(folderIn(root), list);
  const names = readdirSync(folder).filter((name) => !name.endsWith('.new'));
  const bytes = names.map((name) => {
    const raw = readFileSync(join(folder, name));
    return name.endsWith('.gz') ? gunzipSync(raw) : raw;
  });
  return Buffer.concat(bytes).toString('latin1');
}

/** Takes the second one out, unless that is done. */
async function takeOut(kind: 'rm' | 'redact', root: string, disk: Disk): Promise<void> {
  const row = (await shown(root)).find(({ entry }) => entry === 'e1');
  if (!row) return;
  if (kind === 'rm') await removePosting(siteOf(root, disk), row, by);
  else {
    const redaction = { words: [secret], hidesAuthor: false };
    await redactPosting(siteOf(root, disk), row, redaction, by);
  }
}

const scene = (kind: 'rm' | 'redact', pack: boolean): Scene => ({
  name: kind,
  queues: [],
  setUp: (root) => lay(root, pack),
  async act({ root, disk }) {
    await takeOut(kind, root, disk);
    // What SQLite has synced by then is not the platter's to take away.
    copyFileSync(indexFile(folderIn(root)), `${root}.db`);
  },
  async check({ root, heard }) {
    if (heard) copyFileSync(`${root}.db`, indexFile(folderIn(root)));
    // What was said to be done is done; else it is asked for once more.
    if (!heard) await takeOut(kind, root, realDisk);
    const text = textIn(root);
    assert.ok(!text.includes(secret), 'it is gone');
    for (const body of [bodies[0], bodies[2]]) assert.ok(text.includes(body ?? ''), body);
    const folder = folderIn(root);
    for (const volume of volumesOf(folder, list)) {
      for (const { kind: found } of records(folder, volume)) {
        assert.ok(found === 'record' || found === 'end', found);
      }
    }
    const wanted = kind === 'rm' ? ['e0', 'e2'] : ['e0', 'e1-r', 'e2'];
    const entries = async () => (await shown(root)).map(({ entry }) => entry).sort();
    assert.deepEqual(await entries(), wanted);
    for (const end of ['', '-wal', '-shm']) rmSync(`${indexFile(folder)}${end}`, { force: true });
    assert.deepEqual(await entries(), wanted, 'an index made anew says the same');
  },
});

for (const [kind, pack] of [
  ['rm', false],
  ['rm', true],
  ['redact', false],
  ['redact', true],
] as const) {
  const of = `${kind} of a ${pack ? 'packed' : 'plain'} volume`;
  test(`${of}: cut off anywhere and done again, it is gone, and only it`, async (t) => {
    t.diagnostic(`${await pullEverywhere(bench, store, scene(kind, pack))} runs`);
  });
}
