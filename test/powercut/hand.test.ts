/** The power goes off while a person decides about parked mail. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Hand } from '../../src/engine/hand.ts';
import { recoverClaims } from '../../src/engine/recover.ts';
import type { Ledger } from '../../src/engine/settle.ts';
import type { Site } from '../../src/engine/site.ts';
import { type Disk, realDisk } from '../../src/ground/disk.ts';
import { silentLog } from '../../src/ground/log.ts';
import { writeMeta } from '../../src/model/entry-text.ts';
import type { EntryId } from '../../src/model/ids.ts';
import { finish, letter, type Outcome } from '../../src/model/outcome.ts';
import { messageFile, metaFile, spoolPaths, whyFile } from '../../src/spool/layout.ts';
import { type Place, parkedIn, waitingIn } from '../../src/spool/places.ts';
import { Spool } from '../../src/spool/spool.ts';
import { counted, countOf, leftovers, message, metaOf, now, openBench, workOff } from './office.ts';
import { pullEverywhere, type Scene } from './plug.ts';

const { bench, store } = await openBench();

/** Parked by a step that had changes: its record is in the store. */
async function layHeld(root: string, id: EntryId): Promise<void> {
  const folder = join(spoolPaths(root).parking('held', 'pipeline'), id);
  mkdirSync(folder);
  writeFileSync(join(folder, metaFile), writeMeta(metaOf(id, { kind: 'archive' })));
  writeFileSync(join(folder, messageFile), message);
  const why = { at: now, queue: 'pipeline', reasons: ['a person should look'] };
  writeFileSync(join(folder, whyFile), JSON.stringify(why));
  const fate = JSON.stringify({ fate: { kind: 'park', where: 'held' }, puts: [] });
  await store.apply([{ cause: `${id}.0`, changes: [], fate }], now);
}

/** What of a site a hand looks at. */
function siteOf(root: string, disk: Disk, ledger: Ledger): Site {
  const config = { log: { level: 'info' } };
  const site = { spool: new Spool(root, disk), paths: { log: 'stderr' }, config };
  return { ...site, store: async () => ledger } as unknown as Site;
}

async function decide(root: string, disk: Disk, ledger: Ledger, place: Place): Promise<void> {
  await using hand = new Hand(siteOf(root, disk, ledger));
  const taken = await hand.take(place);
  assert.ok(taken.kind === 'taken');
  const { meta } = taken.claim;
  const outcome: Outcome = {
    changes: [counted(meta.id, 1)],
    puts: [letter('archive', meta, { kind: 'archive' }, { key: 'a' })],
    fate: finish,
  };
  await hand.settle(place, taken.claim, outcome, now);
}

/** What `spool check --repair` does with the claims of a hand that is no more. */
async function recoverHands(root: string): Promise<void> {
  const spool = new Spool(root);
  const parts = { spool, ledger: store, log: silentLog, now, maxTries: 3, lastExit: undefined };
  for (const worker of spool.workers('pipeline')) {
    await recoverClaims({ ...parts, blameless: true }, 'pipeline', ['archive'], worker);
  }
  spool.litter.sweep();
}

const scene: Scene = {
  name: 'a decision about held mail',
  queues: ['pipeline', 'archive'],
  setUp: layHeld,
  async act({ root, disk, ledger }) {
    const [place] = parkedIn(new Spool(root), 'held', ['pipeline']);
    assert.ok(place);
    await decide(root, disk, ledger, place);
  },
  async check({ root, id, heard }) {
    await recoverHands(root);
    const spool = new Spool(root);
    const left = [...parkedIn(spool, 'held', ['pipeline']), ...waitingIn(spool, 'pipeline')];
    assert.ok(left.length <= (heard ? 0 : 1), 'in one place at most');
    // It was held, or it waits to be held again: the person decides once more.
    for (const place of left) await decide(root, realDisk, store, place);
    assert.deepEqual(await workOff(root, store, {}), [`archive ${id}-a`]);
    assert.deepEqual(leftovers(root), []);
    // Once for the decision, ten for what came to the end of the flow.
    assert.equal(await countOf(store, id), 11);
  },
};

test('held mail is decided about once, wherever it is cut off', async (t) => {
  t.diagnostic(`${await pullEverywhere(bench, store, scene)} runs`);
});
