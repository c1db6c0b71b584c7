/** What is posted while the index cannot be written: kept at once, and found later. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openIndex } from '../../src/archive/index-file.ts';
import { indexFile } from '../../src/archive/places.ts';
import { type Database, statement } from '../../src/archive/statement.ts';
import { openArchive } from '../../src/engine/archive.ts';
import type { Site } from '../../src/engine/site.ts';
import { waitingIn } from '../../src/spool/places.ts';
import { cats, mail } from '../archive/archived.ts';
import { makeList, makeSite } from '../site.ts';
import { putEntry } from './entries.ts';
import { workAt } from './stopped.ts';

const received = Date.UTC(2026, 10, 24, 10);
const subjects = statement<object, { subject: string }>('select subject from posting order by id');
/** As a full disk or another process's lock does. */
const refuse = `create trigger full before insert on posting begin select raise(abort, 'full'); end`;

function posting(entry: string, subject: string) {
  const message = Buffer.from(mail({ Subject: subject }));
  return { list: cats, entry, received, sender: null, message };
}

async function withIndex(work: (site: Site, db: Database) => Promise<void>): Promise<void> {
  await using made = await makeSite();
  await makeList(made, 'cats@example.com', ['ann@x.example'], { explicitDestination: false });
  const site = made.open();
  const archive = await openArchive(site, 'runner');
  await archive.keep(posting('first', 'one'));
  await archive.close();
  const db = openIndex(indexFile(site.paths.archive));
  assert(db);
  try {
    await work(site, db);
  } finally {
    db.close();
    await site.close();
  }
}

const volume = (site: Site) =>
  readFileSync(join(site.paths.archive, cats, '2026-11.mail'), 'utf8').match(/^Subject: .*/gm);
const found = (db: Database) => db.all(subjects, {}).map(({ subject }) => subject);

describe('an index that cannot be written', () => {
  test('because it is locked, lets postings be kept', async () => {
    await withIndex(async (site, db) => {
      const archive = await openArchive(site, 'runner');
      db.exec('begin immediate');
      assert.equal(await archive.keep(posting('second', 'two')), 'kept');
      assert.equal(await archive.keep(posting('first', 'one')), 'known');
      db.exec('rollback');
      assert.deepEqual(volume(site), ['Subject: one', 'Subject: two']);
      await archive.close();
      assert.deepEqual(found(db), ['one', 'two']);
    });
  });

  test('because there is no room, delays no mail, and has it all later', async () => {
    await withIndex(async (site, db) => {
      db.exec(refuse);
      const message = `From: ann@x.example\nTo: cats@example.com\nSubject: two\n\nHi\n`;
      const root = site.spool.paths.root;
      await putEntry(root, { message, sender: 'ann@x.example', now: received });
      await workAt(site, received, ['incoming', 'pipeline', 'archive']);
      assert.equal([...waitingIn(site.spool, 'outgoing')].length, 1);
      assert.deepEqual([...waitingIn(site.spool, 'archive')], []);
      assert.deepEqual(volume(site), ['Subject: one', 'Subject: two']);
      assert.deepEqual(found(db), ['one']);

      db.exec('drop trigger full');
      const archive = await openArchive(site, 'runner');
      assert.equal(await archive.keep(posting('first', 'one')), 'known');
      await archive.close();
      assert.deepEqual(found(db), ['one', 'two']);
    });
  });

  test('and is lost, is not needed to know what was kept', async () => {
    await withIndex(async (site, old) => {
      old.close();
      for (const end of ['', '-wal', '-shm']) {
        rmSync(`${indexFile(site.paths.archive)}${end}`, { force: true });
      }
      const db = openIndex(indexFile(site.paths.archive));
      db?.exec(refuse);
      const archive = await openArchive(site, 'runner');
      assert.equal(await archive.keep(posting('first', 'one')), 'known');
      assert.equal(await archive.keep(posting('second', 'two')), 'kept');
      db?.exec('drop trigger full');
      await archive.close();
      assert.deepEqual(db && found(db), ['one', 'two']);
      db?.close();
    });
  });
});
