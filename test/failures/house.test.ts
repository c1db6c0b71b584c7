/** What real workers say and do when the house is damaged under them, and when it is mended. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { workerExit } from '../../src/engine/ipc.ts';
import { workerProgram } from '../../src/engine/programs.ts';
import { namesIn } from '../../src/ground/disk.ts';
import { Spool } from '../../src/spool/spool.ts';
import { claimOne, putEntry, startWorker, stopWorker, until } from '../engine/entries.ts';
import { makeList, makeSite, type TestSite } from '../site.ts';

/** Runs a worker until it ends by itself. */
async function run(site: TestSite, ...more: string[]) {
  const worker = fork(workerProgram, [site.root, 'incoming', '1', ...more], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let words = '';
  worker.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words += text;
  });
  const [code] = await once(worker, 'close');
  return { code, words };
}

const waiting = (spool: string) => namesIn(new Spool(spool).paths.new('incoming', 5)).length;
const handedOn = (spool: string) => namesIn(new Spool(spool).paths.new('pipeline', 5)).length;

test('a damaged database is told with the remedy, and the mail waits for it', async () => {
  await using made = await makeSite('lmtp.listen = []\n');
  await makeList(made, 'cats@example.com', ['m1@d0.example']);
  const site = made.open();
  const { database, spool } = site.paths;
  fs.copyFileSync(database, `${database}.good`);
  await putEntry(spool);
  const file = fs.openSync(database, 'r+');
  fs.writeSync(file, Buffer.alloc(8192, 'damage'), 0, 8192, 0);
  fs.closeSync(file);
  const { code, words } = await run(made);
  assert.equal(code, workerExit.hopeless);
  assert.match(words, /listmill\.db is damaged; stop the suite, keep the file, and restore/);
  assert.equal(waiting(spool), 1);
  for (const suffix of ['-wal', '-shm']) fs.rmSync(`${database}${suffix}`, { force: true });
  fs.copyFileSync(`${database}.good`, database);
  const worker = startWorker(made, 'incoming');
  await until('it is handed on', () => handedOn(spool) === 1);
  await stopWorker(worker);
});

test('claims that a worker with a damaged database left behind are not counted', async () => {
  await using made = await makeSite('lmtp.listen = []\n');
  await makeList(made, 'cats@example.com', ['m1@d0.example']);
  const { spool } = made.open().paths;
  await putEntry(spool);
  for (let n = 0; n < 4; n += 1) {
    await claimOne(new Spool(spool), 'incoming-1');
    const { code } = await run(made, '--recover-only', '--last-exit=exit 75: the disk is full');
    assert.equal(code, workerExit.done);
    assert.match(namesIn(new Spool(spool).paths.new('incoming', 5))[0] ?? '', /\.0$/);
  }
  // What ends it by a signal is counted.
  await claimOne(new Spool(spool), 'incoming-1');
  await run(made, '--recover-only', '--last-exit=signal SIGSEGV');
  assert.match(namesIn(new Spool(spool).paths.new('incoming', 5))[0] ?? '', /\.1$/);
});

test('a spool that is removed under a worker ends it; its successor goes on in a new one', async () => {
  await using made = await makeSite('lmtp.listen = []\n[runners.incoming]\npollMs = 50\n');
  await makeList(made, 'cats@example.com', ['m1@d0.example']);
  const { spool } = made.open().paths;
  const first = run(made);
  const claims = new Spool(spool).paths.claimed('incoming', 'incoming-1');
  await until('it has begun', () => fs.existsSync(claims));
  // Not before it watches: until then it would make the folders itself.
  const moved = `${spool}.moved`;
  await putEntry(spool);
  await until('it works', () => handedOn(spool) === 1);
  fs.renameSync(join(spool, 'incoming'), moved);
  const { code, words } = await first;
  assert.equal(code, workerExit.failed, words);
  assert.match(words, /the spool folder .* is gone/);
  const second = startWorker(made, 'incoming');
  await until('it has begun', () => fs.existsSync(claims));
  await putEntry(spool);
  await until('it works', () => handedOn(spool) === 2);
  await stopWorker(second);
});

test('a spool that is not there at all is told, and nothing is made in its place', async () => {
  await using made = await makeSite('lmtp.listen = []\n');
  const { spool } = made.open().paths;
  fs.renameSync(spool, `${spool}.moved`);
  const { code, words } = await run(made);
  assert.equal(code, workerExit.failed);
  assert.match(words, /the spool .* is not there \(not mounted\?\)/);
  assert(!fs.existsSync(spool));
});
