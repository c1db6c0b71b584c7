import assert from 'node:assert/strict';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { exit, isPassing, TransientError, UsageError } from '../../src/ground/errors.ts';
import { migrate, openDatabase } from '../../src/store/migrate.ts';
import { applicationId, migrations, schemaVersion } from '../../src/store/migrations.ts';
import { Database } from '../../src/store/sqlite.ts';
import { openStore } from '../../src/store/store.ts';
import { address } from '../literals.ts';

const now = () => 1;

describe('opening the store', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'listmill-open-'));
    path = join(folder, 'listmill.db');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function refused(code: number, text: RegExp): Promise<void> {
    await assert.rejects(openStore(path, { now }), (error) => {
      assert.ok(error instanceof UsageError, String(error));
      assert.match(error.message, text);
      assert.ok(error.message.includes(path), 'it names the file');
      assert.equal(error.exitCode, code);
      // A runner that meets it blames the house and no letter.
      assert.ok(isPassing(error));
      return true;
    });
  }

  test('makes it only when it is asked to: a lost database is not an empty one', async () => {
    await refused(exit.config, /is not there; restore a backup/);
    assert.equal(existsSync(path), false);
    (await openStore(path, { create: true, now })).close();
    (await openStore(path, { now })).close();
    truncateSync(path, 0);
    await refused(exit.config, /is empty/);
  });

  test('says when the folder is not there', async () => {
    path = join(folder, 'nowhere', 'listmill.db');
    await refused(exit.config, /is not there/);
  });

  test('has every write on disk before it says so', async () => {
    const db = await openDatabase(path, { create: true });
    assert.equal(db.pragma('journal_mode'), 'wal');
    assert.equal(db.pragma('synchronous'), 2, 'full');
    assert.equal(db.pragma('foreign_keys'), 1);
    assert.equal(db.pragma('busy_timeout'), 10_000);
    db.close();
  });

  test('brings each older version up to date, with what is in it', async () => {
    const oldest = join(folder, 'v.db');
    writeFileSync(oldest, '');
    for (const version of migrations.keys()) {
      // Each is the one before it and a step more.
      const grown = new Database(oldest);
      migrate(grown, migrations.slice(0, version));
      grown.close();
      const file = join(folder, `v${version}.db`);
      copyFileSync(oldest, file);
      const old = new Database(file);
      assert.equal(old.pragma('user_version'), version);
      old.close();
      const db = await openDatabase(file, { create: version === 0 });
      assert.equal(db.pragma('user_version'), schemaVersion);
      assert.equal(db.pragma('application_id'), applicationId);
      db.close();
      const store = await openStore(file, { now });
      assert.deepEqual(await store.integrity(), []);
      store.close();
    }
  });

  test('takes a step forward whole or not at all', async () => {
    (await openDatabase(path, { create: true })).close();
    const db = new Database(path);
    const broken = [...migrations, 'create table extra (x integer) strict; create tabel oops;'];
    assert.throws(() => migrate(db, broken));
    assert.equal(db.pragma('user_version'), schemaVersion);
    assert.deepEqual(db.pragmaRows('table_info(extra)'), []);
    migrate(db, [...migrations, 'create table extra (x integer) strict;']);
    assert.equal(db.pragmaRows('table_info(extra)').length, 1);
    db.close();
    await refused(exit.config, /has version \d+, this Listmill knows \d+ at most; use the newer/);
  });

  test('refuses what another program made', async () => {
    writeFileSync(path, '');
    const db = new Database(path);
    db.exec('create table mail (x)');
    db.close();
    await refused(exit.config, /another program/);
  });

  test('refuses a file that is no database, and leaves it alone', async () => {
    const text = 'To: nobody\n'.repeat(1000);
    writeFileSync(path, text);
    await refused(exit.dataErr, /is damaged; stop the suite, keep the file, and restore/);
    assert.equal(readFileSync(path, 'utf8'), text);
  });

  test('says that it is damaged when a damaged page is met later', async () => {
    const store = await openStore(path, { create: true, now });
    await store.as('test').addDomain('example.org');
    const list = await store.as('test').createList({ name: 'cats', domain: 'example.org' });
    await store.as('test').addMember(list, 'member', address('ann@x.org'));
    await store.optimise();
    store.close();
    const fd = openSync(path, 'r+');
    const page = 4096;
    const pages = readFileSync(path).length / page;
    // All but the first page, which has the schema: noise.
    for (let at = 1; at < pages; at += 1)
      writeSync(fd, Buffer.alloc(page, 0xa5), 0, page, at * page);
    closeSync(fd);
    const damaged = await openStore(path, { now })
      .then(
        (opened) =>
          opened
            .as('test')
            .addDomain('other.org')
            .finally(() => opened.close()),
        (error) => Promise.reject(error),
      )
      .catch((error: unknown) => error);
    assert.ok(damaged instanceof UsageError, String(damaged));
    assert.match(damaged.message, /is damaged/);
    assert.ok(isPassing(damaged));
  });

  test('for reading changes nothing, and says why it cannot', async () => {
    (await openStore(path, { create: true, now })).close();
    const store = await openStore(path, { readonly: true, now });
    assert.deepEqual(await store.domains(), []);
    await assert.rejects(store.as('test').addDomain('example.org'), (error) => {
      assert.ok(error instanceof TransientError);
      assert.match(error.message, /cannot be written/);
      return true;
    });
    store.close();
  });

  test('says "later" when another process keeps it for too long', async () => {
    const holder = await openDatabase(path, { create: true });
    const waiting = await openDatabase(path);
    waiting.pragma('busy_timeout = 10');
    holder.transaction(() => {
      assert.throws(
        () => waiting.transaction(() => assert.fail('it is not its turn')),
        (error) => error instanceof TransientError && /is busy/.test(error.message),
      );
    });
    assert.equal(
      waiting.transaction(() => 'its turn'),
      'its turn',
    );
    holder.close();
    waiting.close();
  });
});
