import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { outcomeOf } from '../../src/engine/batch-outcome.ts';
import { Peers } from '../../src/engine/peers.ts';
import type { Rest } from '../../src/engine/rest.ts';
import { parseConfig } from '../../src/ground/config.ts';
import { realDisk } from '../../src/ground/disk.ts';
import type { MetaOf, WorkOf } from '../../src/model/entry.ts';
import { entryId } from '../../src/model/ids.ts';
import { recipientsOf } from '../../src/model/recipients.ts';
import { ProgressLog } from '../../src/spool/progress.ts';
import { metaOf } from '../powercut/office.ts';

const bench = mkdtempSync(join(tmpdir(), 'listmill-expiry-'));
after(() => rmSync(bench, { recursive: true, force: true }));

const dayMs = 86_400_000;
const began = Date.UTC(2026, 0, 1);
const config = parseConfig('[outgoing]\nexpireDays = 5\n', 'test');
const peers = new Peers(async () => ({ audience: 1, members: new Map() }));
const id = entryId('e1');
const deferral = {
  code: 451,
  enhanced: '4.7.1',
  text: 'not now',
  relay: 'main',
} as const;

/** A batch of four; `later` says of whom it was put off on which day. */
function batch(later: readonly (readonly [day: number, position: number, by: 'l' | 'm'])[]) {
  const folder = mkdtempSync(join(bench, 'batch-'));
  for (const [day, position, by] of later) {
    const progress = new ProgressLog(realDisk, folder, 1, began + day * dayMs);
    progress.later(by, position, position, {
      code: 451,
      enhanced: '4.7.1',
      text: `not on day ${day}`,
      relay: 'main',
    });
    progress.close();
  }
  return folder;
}

/** What comes of it on a day: who was given up, how many failed, and the fate. */
async function on(
  day: number,
  folder: string,
  rest: Rest,
  since: number | null = began,
  attempts = 0,
) {
  const recipients = recipientsOf(['a', 'b', 'c', 'd'].map((one) => [`${one}@x.example`]));
  const work: WorkOf<'batch'> = {
    kind: 'batch',
    mailing: id,
    mode: 'shared',
    returnPath: 'b@example.com',
    recipients,
    since: since ?? undefined,
    reported: 0,
  };
  const meta = { ...metaOf(id, work), attempts } as MetaOf<'batch'>;
  const entry = { meta, message: join(folder, 'message'), folder, tries: 1 };
  const now = began + day * dayMs;
  const about = { disk: realDisk, halt: undefined, ledger: { note: async () => {} } };
  const { changes = [], fate } = await outcomeOf(entry, meta, rest, {
    ...about,
    config,
    now,
    peers,
  });
  const refusals = changes.flatMap((one) => (one.kind === 'refused' ? one.refusals : []));
  const failed = changes.map((one) => (one.kind === 'handed' ? one.failed : 0));
  return { gone: refusals.map(({ address, text }) => [address, text]), failed, fate };
}

const heldFor = (positions: number[], deferred: number[]): Rest => {
  const until = began + 100 * dayMs;
  return { kind: 'held', positions, deferred, until, why: 'limit: domain x.example' };
};

test('who was told "later" for days is given up, with what was said last', async () => {
  const folder = batch([
    [0, 0, 'l'],
    [0, 1, 'l'],
    [4, 1, 'l'],
  ]);
  const rest: Rest = { kind: 'deferred', positions: [0, 1], deferral };
  const early = await on(4.9, folder, rest);
  assert.deepEqual([early.gone, early.fate.kind], [[], 'later']);
  const { gone, fate } = await on(5, folder, rest);
  const said = 'not delivered in 5 days; last: 451 not on day';
  assert.deepEqual(gone, [
    ['a@x.example', `${said} 0`],
    ['b@x.example', `${said} 4`],
  ]);
  assert.equal(fate.kind, 'finish');
});

test('each is given up at his own time where others of the batch are held back', async () => {
  const folder = batch([
    [0, 0, 'l'],
    [3, 1, 'l'],
    [5, 3, 'l'],
  ]);
  const { gone, fate } = await on(5, folder, heldFor([0, 1, 2, 3], [3]));
  assert.deepEqual(gone, [['a@x.example', 'not delivered in 5 days; last: 451 not on day 0']]);
  assert(fate.kind === 'later' && fate.work?.kind === 'batch');
  assert.equal(fate.work.since, began);
  assert.deepEqual(
    fate.work.waits?.map(([position]) => position),
    [3],
  );
  const last = await on(30, folder, heldFor([1, 2, 3], []));
  assert.equal(last.gone.length, 3, 'told again from its start, as nothing was reported');
  assert.equal(last.fate.kind, 'later', 'who was never tried is not given up');
});

test('a message that is put off for days is given up, and nobody is blamed', async () => {
  const folder = batch([
    [0, 0, 'm'],
    [1, 0, 'm'],
  ]);
  const { gone, failed, fate } = await on(6, folder, {
    kind: 'deferred',
    positions: [0],
    deferral,
  });
  assert.deepEqual([gone, failed, fate.kind], [[], [1], 'finish']);
});

test('who was told "later" is tried again after the waits of the configuration', async () => {
  const waits = [300_000, 900_000, 3_600_000, 10_800_000, 10_800_000];
  for (const [attempts, waitMs] of waits.entries()) {
    const rest: Rest = { kind: 'deferred', positions: [0], deferral };
    const { fate } = await on(1, batch([]), rest, began, attempts);
    assert(fate.kind === 'later');
    assert.equal(fate.at, began + dayMs + waitMs);
    assert.equal(fate.attempts, attempts + 1);
    assert.equal(fate.why, '451 not now');
    const broken = await on(1, batch([]), { kind: 'broken', positions: [0] }, began, attempts);
    const soonMs = Math.min(waitMs, 5000 * 2 ** attempts);
    assert(broken.fate.kind === 'later');
    assert.equal(broken.fate.at, began + dayMs + soonMs, 'a lost connection is nobody saying no');
  }
});

test('by hand it gets all its time again', async () => {
  const folder = batch([[0, 0, 'l']]);
  const rest: Rest = { kind: 'deferred', positions: [0], deferral };
  assert.equal((await on(9, folder, rest, null)).fate.kind, 'later');
  assert.equal((await on(9, folder, rest, began + 8 * dayMs)).fate.kind, 'later');
  assert.equal((await on(13, folder, rest, began + 8 * dayMs)).fate.kind, 'finish');
});
