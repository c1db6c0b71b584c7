/** Letters that came in together are taken out of their bundle, each once and once only. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { unbundle } from '../../../src/engine/unbundle.ts';
import { type Disk, realDisk } from '../../../src/ground/disk.ts';
import { bundleId, childId, type EntryId } from '../../../src/model/ids.ts';
import { finish, type Outcome } from '../../../src/model/outcome.ts';
import { hear } from '../../../src/spool/arriving.ts';
import { acceptHeard } from '../../../src/spool/intake.ts';
import { type OpenClaim, Spool } from '../../../src/spool/spool.ts';
import {
  claimAll,
  counted,
  countOf,
  lay,
  leftovers,
  metaOf,
  now,
  recoverAll,
  workOff,
} from '../office.ts';
import type { Scene } from '../plug.ts';
import { target } from './accept.ts';
import { claimAndSettle } from './settle.ts';

const texts = ['A: 0\r\n\r\nfirst\r\n', 'A: 1\r\n\r\n', `A: 2\r\n\r\n${'third\r\n'.repeat(40)}`];
const numbers = [...texts.keys()];

/** Gives some messages at the same time, as several connections do. */
export async function giveTogether(root: string, disk: Disk): Promise<readonly EntryId[]> {
  const spool = new Spool(root, disk);
  const heard = await Promise.all(
    texts.map((text) => hear(spool, Readable.from([Buffer.from(text)]), 10_000)),
  );
  const taken = await Promise.all(
    heard.map((message, n) => {
      assert(message.kind === 'heard');
      return acceptHeard(spool, message, `s${n}@example.net`, [target('incoming', n)], now);
    }),
  );
  return taken.flat();
}

/** The step of a queue with bundles in it; what is no bundle is looked at, and counted. */
async function step(claim: OpenClaim): Promise<Outcome> {
  const { meta, message } = claim;
  if (meta.work.kind === 'bundle') return await unbundle(claim, meta.work);
  const text = readFileSync(message, 'latin1');
  const n = texts.indexOf(text);
  assert.equal(meta.sender, `s${n}@example.net`);
  assert.equal(meta.recipient, `list${n}@example.com`);
  assert.deepEqual(meta.work, { kind: 'mail', via: 'lmtp' });
  const digest = createHash('sha256').update(text).digest('hex');
  assert.equal(meta.message.digest, `sha256:${digest}`);
  return { changes: [counted(meta.id, 10)], fate: finish };
}

/** Messages that are given together; all of them are there, or none is. */
export const acceptBundleScene: Scene = {
  name: 'accept-bundle',
  queues: ['incoming'],
  setUp: () => undefined,
  act: async ({ root, disk }) => void (await giveTogether(root, disk)),
  async check({ root, store, heard }) {
    const found = claimAll(new Spool(root), 'incoming');
    assert(found.length <= 1, 'a bundle is one entry');
    if (heard) assert.equal(found.length, 1, 'who heard yes was lied to');
    for (const { meta } of found) assert.equal(meta.work.kind, 'bundle');
    const ids = found.flatMap(({ meta }) => numbers.map((n) => childId(meta.id, String(n))));
    await recoverAll(root, store);
    await workOff(root, store, { incoming: step });
    for (const id of ids) assert.equal(await countOf(store, id), 10, `${id} once`);
    if (found.length > 0) return;
    const again = await giveTogether(root, realDisk);
    await workOff(root, store, { incoming: step });
    for (const id of again) assert.equal(await countOf(store, id), 10, `${id} once`);
  },
};

const idOf = (id: EntryId) => bundleId(texts.length, id.padStart(16, '0'));

/** The letters are taken out. */
export const unbundleScene: Scene = {
  name: 'unbundle',
  queues: ['incoming'],
  setUp(root, id) {
    const letters = texts.map((text, n) => ({
      sender: `s${n}@example.net`,
      recipient: `list${n}@example.com`,
      size: text.length,
      work: { kind: 'mail', via: 'lmtp' } as const,
    }));
    const meta = metaOf(idOf(id), { kind: 'bundle', letters }, texts.join(''));
    lay(root, 'incoming', meta, texts.join(''));
  },
  act: (house) => claimAndSettle(house, step, 'incoming'),
  async check({ root, store, id }) {
    await recoverAll(root, store);
    await workOff(root, store, { incoming: step });
    assert.deepEqual(leftovers(root), []);
    for (const n of numbers) assert.equal(await countOf(store, childId(idOf(id), String(n))), 10);
  },
};
