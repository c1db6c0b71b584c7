/** The power goes off while the folder of an entry that is done becomes that of the next one. */
import assert from 'node:assert/strict';
import { linkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { settle } from '../../src/engine/settle.ts';
import { type EntryId, entryId } from '../../src/model/ids.ts';
import { finish, letter } from '../../src/model/outcome.ts';
import { type Recipient, recipientsOf } from '../../src/model/recipients.ts';
import { accept, arrive } from '../../src/spool/intake.ts';
import { readProgress } from '../../src/spool/progress.ts';
import { type OpenClaim, Spool } from '../../src/spool/spool.ts';
import {
  claimAll,
  counted,
  countOf,
  lay,
  metaOf,
  now,
  openBench,
  recoverAll,
  workOff,
} from './office.ts';
import { pullEverywhere, type Scene } from './plug.ts';
import { target } from './scenes/accept.ts';

const { bench, store } = await openBench();

const posting = { kind: 'posting', approved: false } as const;
const other = 'From: bob@example.net\r\nSubject: drink\r\n\r\nMilk.\r\n';

async function passOn({ meta }: OpenClaim) {
  return { puts: [letter('pipeline', meta, posting)], fate: finish };
}

const scene: Scene = {
  name: 'spare',
  queues: ['incoming', 'pipeline'],
  setUp(root, id) {
    lay(root, 'pipeline', metaOf(id, posting));
    const next = lay(root, 'incoming', metaOf(entryId(`${id}x`), posting, other), other);
    // As if another entry had a line in it.
    linkSync(join(next, 'entry.json'), join(root, 'shared'));
  },
  async act({ root, disk, ledger }, id) {
    const spool = new Spool(root, disk);
    const [first] = claimAll(spool, 'pipeline');
    assert(first);
    const outcome = { changes: [counted(id, 1)], fate: finish };
    await settle(spool, ledger, [{ claim: first, outcome }], now);
    await spool.litter.clear();
    const [next] = claimAll(spool, 'incoming');
    assert(next);
    await settle(spool, ledger, [{ claim: next, outcome: await passOn(next) }], now);
  },
  async check({ root, id }) {
    await recoverAll(root, store);
    const done = async ({ meta }: OpenClaim) => ({ changes: [counted(meta.id, 1)], fate: finish });
    await workOff(root, store, { incoming: passOn, pipeline: done });
    assert.equal(await countOf(store, id), 1);
    assert.equal(await countOf(store, entryId(`${id}x`)), 1);
  },
};

/** The message of the first is alone in its file, so the second is written into the same one. */
const again: Scene = {
  name: 'again',
  queues: ['incoming', 'archive'],
  setUp(root, id) {
    const meta = metaOf(id, { kind: 'archive' });
    lay(root, 'archive', { ...meta, message: { ...meta.message, own: true } });
  },
  async act({ root, disk, ledger }, id) {
    const spool = new Spool(root, disk);
    const [first] = claimAll(spool, 'archive');
    assert(first);
    const outcome = { changes: [counted(id, 1)], fate: finish };
    await settle(spool, ledger, [{ claim: first, outcome }], now);
    await spool.litter.clear();
    const arrival = await arrive(spool, Readable.from([Buffer.from(other)]), 10_000);
    assert(arrival.folder.isFurnished);
    await accept(spool, arrival, null, [target('incoming', 1)], now);
  },
  async check({ root, id, heard }) {
    await recoverAll(root, store);
    const done = async ({ meta }: OpenClaim) => ({ changes: [counted(meta.id, 1)], fate: finish });
    // The last step looks at the digest.
    const taken = await workOff(root, store, { archive: done });
    assert.equal(await countOf(store, id), 1);
    assert(taken.length <= 1);
    if (heard) assert.equal(taken.length, 1);
  },
};

const many = recipientsOf(
  Array.from({ length: 100 }, (_, n): Recipient => [`member${n}@example.net`, n + 1]),
);

/** The next batch is noted where the one before was: it must never be taken for that one. */
const batches: Scene = {
  name: 'batches',
  queues: ['outgoing', 'mailing'],
  setUp(root, id) {
    const meta = { ...metaOf(id, batchOf(id)), alone: true as const };
    const path = lay(root, 'outgoing', meta);
    writeFileSync(join(path, 'progress'), 'c 1\nd 0 99\n');
    lay(root, 'mailing', metaOf(entryId(`${id}x`), posting));
  },
  async act({ root, disk, ledger }, id) {
    const spool = new Spool(root, disk);
    const [first] = claimAll(spool, 'outgoing');
    assert(first);
    const outcome = { changes: [counted(id, 1)], fate: finish };
    await settle(spool, ledger, [{ claim: first, outcome }], now);
    await spool.litter.clear();
    const [next] = claimAll(spool, 'mailing');
    assert(next);
    await settle(spool, ledger, [{ claim: next, outcome: await cut(next) }], now);
  },
  async check({ root, id }) {
    await recoverAll(root, store);
    const done = async ({ meta, folder }: OpenClaim) => {
      const isFirst = meta.id === id;
      const { states } = readProgress(folder, many.length);
      if (!isFirst)
        assert(
          states.every((state) => state === 0),
          'answers of the one before',
        );
      return { changes: [counted(isFirst ? id : entryId(`${id}x`), 1)], fate: finish };
    };
    await workOff(root, store, { mailing: cut, outgoing: done });
    assert.equal(await countOf(store, id), 1);
    assert.equal(await countOf(store, entryId(`${id}x`)), 2);
  },
};

function batchOf(mailing: EntryId) {
  const kind = 'batch' as const;
  return {
    kind,
    mailing,
    mode: 'shared' as const,
    returnPath: null,
    recipients: many,
    reported: 0,
  };
}

async function cut({ meta }: OpenClaim) {
  const work = batchOf(meta.id);
  // Two: the last takes the entry itself along, and the first is made.
  const puts = ['b1', 'b2'].map((key) => letter('outgoing', meta, work, { key }));
  return { puts, fate: finish };
}

test('a batch is never taken for the one whose files it has', async (t) => {
  t.diagnostic(`${await pullEverywhere(bench, store, batches)} runs`);
});

test('a message that is written into the file of the one before is whole or not there', async (t) => {
  t.diagnostic(`${await pullEverywhere(bench, store, again)} runs`);
});

test('each of the two is worked off exactly once, wherever it is cut off', async (t) => {
  t.diagnostic(`${await pullEverywhere(bench, store, scene)} runs`);
});
