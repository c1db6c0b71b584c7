import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { recoverClaims } from '../../src/engine/recover.ts';
import { preparePut } from '../../src/engine/write.ts';
import { namesIn, realDisk } from '../../src/ground/disk.ts';
import { silentLog } from '../../src/ground/log.ts';
import { letter } from '../../src/model/outcome.ts';
import { readWaitingName } from '../../src/spool/layout.ts';
import { readWhy } from '../../src/spool/parked.ts';
import { ProgressLog } from '../../src/spool/progress.ts';
import type { OpenClaim } from '../../src/spool/spool.ts';
import { House, workerName } from './house.ts';

const now = Date.now();
const maxTries = 3;

type Past = { readonly lastExit?: string; readonly blameless?: boolean };

function recover(house: House, { lastExit, blameless = false }: Past = {}): Promise<number> {
  const { spool, ledger } = house;
  const parts = { spool, ledger, log: silentLog, now, maxTries, lastExit, blameless };
  return recoverClaims(parts, 'incoming', ['pipeline', 'virgin'], workerName);
}

/** Claims what waits, as a worker does that is about to die. */
async function claim(house: House): Promise<OpenClaim> {
  await house.spool.ensureWorker('incoming', workerName);
  const [text = ''] = namesIn(house.spool.paths.new('incoming', 5));
  const name = readWaitingName(5, text);
  const taken = name && house.spool.claim('incoming', workerName, name);
  const opened = taken && house.spool.open(taken);
  assert(opened && !('broken' in opened));
  return opened;
}

function triesLeft(house: House): number | undefined {
  const [text = ''] = namesIn(house.spool.paths.new('incoming', 5));
  return readWaitingName(5, text)?.tries;
}

test('what ends its worker three times is shunted, and says how it ended', async () => {
  using house = new House();
  await house.put('e1');
  for (const tries of [1, 2]) {
    await claim(house);
    await recover(house, { lastExit: 'signal SIGKILL' });
    assert.equal(triesLeft(house), tries);
  }
  await claim(house);
  await recover(house, { lastExit: 'exit 134: FATAL ERROR: heap out of memory' });
  assert.deepEqual(house.parked('shunt'), ['e1']);
  const why = readWhy(join(house.spool.paths.parking('shunt', 'incoming'), 'e1'));
  assert.deepEqual(why?.reasons, [
    'its worker ended 3 times while it worked on this entry',
    'the last time by exit 134: FATAL ERROR: heap out of memory',
  ]);
});

test('what was prepared for an outcome that was not committed is forgotten', async () => {
  using house = new House();
  await house.put('e1');
  const taken = await claim(house);
  await house.spool.prepareNext(taken, { ...taken.meta, attempts: 7 });
  await house.spool.prepareWhy(taken, { at: now, queue: 'incoming', reasons: ['because'] });
  await recover(house);
  const { folder, meta } = await claim(house);
  assert.equal(meta.attempts, 0);
  assert.deepEqual(namesIn(folder).sort(), ['entry.json', 'message.eml']);
});

test('progress speaks for an entry: its tries begin anew, and count again without more', async () => {
  using house = new House();
  await house.put('e1');
  await claim(house);
  await recover(house);
  const { folder, name } = await claim(house);
  const progress = new ProgressLog(realDisk, folder, name.tries);
  progress.delivered(0, 9);
  progress.close();
  await recover(house);
  assert.equal(triesLeft(house), 0);
  for (const tries of [1, 2]) {
    await claim(house);
    await recover(house);
    assert.equal(triesLeft(house), tries, 'what was answered in an earlier claim counts no more');
  }
  await claim(house);
  await recover(house);
  assert.deepEqual(house.parked('shunt'), ['e1']);
});

test('a worker that ended because disk or store failed speaks against no entry', async () => {
  using house = new House();
  await house.put('e1', { tries: 2 });
  for (let n = 0; n < 5; n += 1) {
    await claim(house);
    await recover(house, { blameless: true });
    assert.equal(triesLeft(house), 2);
  }
});

test('only what was committed is handed on, not what an earlier try left in tmp', async () => {
  using house = new House();
  await house.put('e1');
  const taken = await claim(house);
  const posting = { kind: 'posting', approved: false } as const;
  const put = (queue: 'pipeline' | 'virgin', key: string) =>
    preparePut(house.spool, taken, letter(queue, taken.meta, posting, { key }), now);
  const puts = [await put('pipeline', 'p')];
  await put('virgin', 'v');
  house.ledger.causes.set('e1.0', JSON.stringify({ fate: { kind: 'finish' }, puts }));
  await recover(house);
  assert.equal(namesIn(house.spool.paths.new('pipeline', 5)).length, 1);
  assert.deepEqual(namesIn(house.spool.paths.new('virgin', 5)), []);
  assert.deepEqual(namesIn(house.spool.paths.tmp('virgin')), []);
  assert.deepEqual(house.left(), []);
});

test('drafts of a put are left to the put: only the children of a claim are its own', async () => {
  using house = new House();
  await house.put('e1');
  const { tmp } = house.spool.paths;
  await claim(house);
  for (const name of ['e1-p', 'e1-p-m', 'e10-p']) mkdirSync(join(tmp('pipeline'), name));
  await recover(house);
  assert.deepEqual(namesIn(tmp('pipeline')).sort(), ['e1-p-m', 'e10-p']);
});

test('a record in the store that cannot be read stops the recovery: nothing is run again', async () => {
  using house = new House();
  await house.put('e1');
  await claim(house);
  house.ledger.causes.set('e1.0', 'finish');
  await assert.rejects(recover(house), /the store's record of e1\.0 cannot be read/);
  assert.equal(house.left().length, 1);
});

test('a commit that was cut off while it was written was none', async () => {
  using house = new House();
  await house.put('e1');
  const { folder } = await claim(house);
  writeFileSync(join(folder, '..', 'steps.commit'), 'e1.0 {"fate":{"kind":"fin');
  await recover(house);
  assert.equal(triesLeft(house), 1);
  assert.deepEqual(namesIn(house.spool.paths.claimed('incoming', workerName)), []);
});

test('what is no entry is parked as bad, and the rest is recovered', async () => {
  using house = new House();
  await house.put('e1');
  await house.put('e2');
  const first = await claim(house);
  await claim(house);
  writeFileSync(join(first.folder, 'entry.json'), 'null');
  await recover(house);
  assert.deepEqual(house.parked('bad'), [first.meta.id]);
  assert.equal(triesLeft(house), 1);
});
