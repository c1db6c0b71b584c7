import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { tasks } from '../../src/cron/index.ts';
import { holdLock } from '../../src/ground/lock.ts';
import { park } from '../../src/model/outcome.ts';
import { parkedIn, waitingIn } from '../../src/spool/places.ts';
import { Spool } from '../../src/spool/spool.ts';
import { openStore } from '../../src/store/store.ts';
import { claimOne, putEntry } from '../engine/entries.ts';
import { makeList, makeSite, type TestSite } from '../site.ts';
import { say } from './said.ts';

const dayMs = 86_400_000;

/** Makes a file or folder as old as that. */
function age(path: string, days: number): void {
  const at = (Date.now() - days * dayMs) / 1000;
  utimesSync(path, at, at);
}

function spoolOf(site: TestSite): Spool {
  return new Spool(join(site.root, 'spool'));
}

describe('cron clean', () => {
  test('removes drafts and removals past their age, and no others', async (t) => {
    await using site = await makeSite();
    const { paths } = spoolOf(site);
    mkdirSync(join(paths.tmp('incoming'), 'ix.gone'));
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 2 * 3_600_000 });
    for (const [name, days] of [
      ['iold', 2],
      ['inew', 1],
    ] as const) {
      mkdirSync(join(paths.tmp('incoming'), name));
      writeFileSync(join(paths.tmp('incoming'), name, 'message.eml'), 'x');
      age(join(paths.tmp('incoming'), name), days);
    }
    const dry = await say(site, 'cron', 'clean', '--dry-run');
    assert.match(dry.out, /would remove incoming\/tmp\/iold/);
    assert.equal(readdirSync(paths.tmp('incoming')).length, 3);
    const { out, code } = await say(site, 'cron', 'clean');
    assert.equal(code, 0);
    assert.equal(out, 'clean: 2 leftovers removed\n');
    assert.deepEqual(readdirSync(paths.tmp('incoming')), ['inew']);
    assert.equal((await say(site, 'cron', 'clean')).out, 'clean: nothing to do\n');
  });

  test('a put that waits in tmp for its claim stays, however old: it is committed mail', async () => {
    await using site = await makeSite();
    const spool = spoolOf(site);
    await putEntry(spool.paths.root);
    const claim = await claimOne(spool, 'incoming-1');
    const lock = await holdLock(spool.paths.claimed('incoming', 'incoming-1'));
    assert.ok(lock !== 'held');
    const draft = join(spool.paths.tmp('pipeline'), `${claim.name.id}-p`);
    mkdirSync(draft);
    age(draft, 100);
    const opened = site.open();
    const store = await opened.store();
    const causes = [`${claim.name.id}.0`, 'i1.0'];
    const slips = causes.map((cause) => ({ cause, fate: 'finish', changes: [] }));
    await store.apply(slips, Date.now() - 400 * dayMs);
    await say(site, 'cron', 'clean');
    assert.ok(existsSync(draft));
    const kept = await Promise.all(causes.map((cause) => store.settled(cause)));
    assert.deepEqual(kept, ['finish', undefined], 'the record of what is claimed is its commit');
    await opened.close();
    lock.release();
  });

  test('deletes parked mail past its age, each kind by its own', async () => {
    await using site = await makeSite('[clean]\nbadDays = 10\nshuntDays = 20\n');
    const spool = spoolOf(site);
    for (const [where, days] of [
      ['bad', 11],
      ['bad', 9],
      ['shunt', 11],
    ] as const) {
      await putEntry(spool.paths.root);
      const claim = await claimOne(spool, 'incoming-1');
      const at = Date.now() - days * dayMs;
      await spool.prepareWhy(claim, { at, queue: 'incoming', reasons: ['because'] });
      const fate = park(where, 'because');
      assert.ok(fate.kind === 'park');
      await spool.park(claim, fate.where);
    }
    assert.match((await say(site, 'cron', 'clean')).out, /1 bad deleted/);
    assert.equal([...parkedIn(spool, 'bad')].length, 1);
    assert.equal([...parkedIn(spool, 'shunt')].length, 1);
  });

  test('recovers claims of workers that are long gone, and removes retired folders', async () => {
    await using site = await makeSite();
    const spool = spoolOf(site);
    await putEntry(spool.paths.root);
    const claim = await claimOne(spool, 'hand-gone');
    await spool.ensureWorker('incoming', 'incoming-9');
    await spool.ensureWorker('incoming', 'incoming-1');
    for (const worker of ['hand-gone', 'incoming-9', 'incoming-1']) {
      age(spool.paths.claimed('incoming', worker), 1);
    }
    const { out } = await say(site, 'cron', 'clean');
    assert.match(out, /1 claims recovered, 1 folders removed/);
    const [place] = waitingIn(spool, 'incoming');
    assert.equal(place?.id, claim.name.id);
    assert.ok(place?.kind === 'waiting');
    // A hand that was stopped says nothing against the letter.
    assert.equal(place.name.tries, 0);
    assert.deepEqual(readdirSync(spool.paths.claimedRoot('incoming')), ['incoming-1']);
  });

  test('forgets records of finished work, but not the commit of a claim', async () => {
    await using site = await makeSite();
    const spool = spoolOf(site);
    const id = await putEntry(spool.paths.root);
    await claimOne(spool, 'incoming-1');
    const opened = site.open();
    const store = await opened.store();
    const old = Date.now() - 8 * dayMs;
    await store.apply(
      [`${id}.0`, 'iother.0'].map((cause) => ({ cause, changes: [], fate: '{}' })),
      old,
    );
    const lock = await holdLock(spool.paths.claimed('incoming', 'incoming-1'));
    assert.match((await say(site, 'cron', 'clean')).out, /1 records forgotten/);
    assert.equal(await store.settled('iother.0'), undefined);
    assert.equal(await store.settled(`${id}.0`), '{}');
    if (lock !== 'held') lock.release();
    await opened.close();
  });

  test('a second one at the same time says so and does nothing', async () => {
    await using site = await makeSite();
    const lock = await holdLock(join(site.root, 'var', 'run', 'cron-clean.lock'));
    assert.ok(lock !== 'held');
    const { out, code } = await say(site, 'cron', 'clean');
    assert.equal(code, 0);
    assert.match(out, /runs already/);
    lock.release();
  });
});

describe('cron store', () => {
  test('makes a copy that opens, and keeps so many', async () => {
    await using site = await makeSite('[backup]\nkeep = 2\n');
    await makeList(site, 'cats@example.com', 3);
    const folder = join(site.root, 'var', 'backup');
    mkdirSync(folder);
    for (const day of ['01', '02', '03']) {
      writeFileSync(join(folder, `listmill-202001${day}T000000Z.db`), 'old');
    }
    writeFileSync(join(folder, 'mine.db'), 'kept');
    const { out, code } = await say(site, 'cron', 'store');
    assert.equal(code, 0);
    assert.match(out, /sound, tidied, copied as listmill-\d+T\d+Z\.db, 2 copies removed/);
    const [oldest, newest, ...others] = readdirSync(folder).sort();
    assert.equal(oldest, 'listmill-20200103T000000Z.db');
    assert.deepEqual(others, ['mine.db']);
    const copy = await openStore(join(folder, newest ?? ''), { now: () => 0 });
    assert.equal((await copy.counts()).members, 3);
    await copy.close();
  });

  test('a damaged database pushes out no copy', async () => {
    await using site = await makeSite('[backup]\nkeep = 1\n');
    const folder = join(site.root, 'var', 'backup');
    mkdirSync(folder);
    writeFileSync(join(folder, 'listmill-20200101T000000Z.db'), 'good');
    const opened = site.open();
    await (await opened.store()).optimise();
    await opened.close();
    writeFileSync(opened.paths.database, 'this is no database');
    const { code, err } = await say(site, 'cron', 'store');
    assert.equal(code, 1);
    assert.match(err, /damaged|no database|not a database/);
    assert.deepEqual(readdirSync(folder), ['listmill-20200101T000000Z.db']);
  });
});

describe('a dry run', () => {
  test('of any task says what would be done, and changes neither books nor files', async () => {
    await using site = await makeSite();
    await makeList(site, 'cats@example.com', 3);
    const opened = site.open();
    const store = await opened.store();
    const files = () => readdirSync(site.root, { recursive: true }).map(String).sort();
    const known = (file: string) => !/-(?:wal|shm)$|\.lock$|hand-|^var\/log/.test(file);
    // Open, so that nobody who closes brings the books up to date.
    await store.counts();
    const books = () =>
      ['', '-wal'].map((end) => readFileSync(`${opened.paths.database}${end}`).toString('latin1'));
    const [before, written] = [files().filter(known), books()];
    for (const { name } of tasks) {
      const { code, out } = await say(site, 'cron', name, '--dry-run');
      assert.equal(code, 0, name);
      assert.match(out, new RegExp(`^${name} \\(dry run\\): `, 'm'));
    }
    const { out } = await say(site, 'cron', 'store', '--dry-run');
    assert.match(out, /would check .*\n.*would .*\n.*would copy /s);
    assert.deepEqual(files().filter(known), before);
    assert.ok(books().join() === written.join(), 'the books are as they were');
    await opened.close();
  });
});

describe('cron --list', () => {
  test('is a crontab with full paths', async () => {
    await using site = await makeSite();
    const { out } = await say(site, 'cron', '--list');
    const lines = out.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    assert.equal(lines.length, tasks.length);
    for (const line of lines) {
      assert.match(
        line,
        /^(?:[\d*/,-]+ ){5}\/\S+ \/\S+main\.js --site \/\S+ cron \w+ >\/dev\/null$/,
      );
      assert.ok(line.includes(`--site ${site.root} `));
    }
  });

  test('for programs has the words of each command', async () => {
    await using site = await makeSite();
    const rows = JSON.parse((await say(site, 'cron', '--list', '--json')).out);
    assert.deepEqual(
      rows.map(({ name }: { name: string }) => name),
      tasks.map(({ name }) => name),
    );
    assert.deepEqual(rows[0].command.slice(-4), ['--site', site.root, 'cron', tasks[0]?.name]);
    assert.equal((await say(site, 'cron', 'clean', '--json')).code, 64);
  });
});
