/** The power goes off while postings are collected, and while a digest is made of them. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runner } from '../../runners/digest.ts';
import type { Desk } from '../../src/engine/desk.ts';
import { settle } from '../../src/engine/settle.ts';
import type { Site } from '../../src/engine/site.ts';
import { parseConfig } from '../../src/ground/config.ts';
import { realDisk } from '../../src/ground/disk.ts';
import { silentLog } from '../../src/ground/log.ts';
import { secretOf } from '../../src/ground/secret.ts';
import { type EntryId, entryId, listId } from '../../src/model/ids.ts';
import { Spool } from '../../src/spool/spool.ts';
import { address, addressesOf } from '../literals.ts';
import {
  claimAll,
  lay,
  leftovers,
  metaOf,
  now,
  openBench,
  recoverAll,
} from '../powercut/office.ts';
import { type House, pullEverywhere, type Scene } from '../powercut/plug.ts';

const { bench, store } = await openBench();

const listOf = (id: EntryId) => listId(`${id}.example.com`);
const readers = { mime: 'bob@x.example', plain: 'cid@x.example' } as const;
const config = parseConfig('', 'test');

function desk(): Desk {
  return {
    now,
    config,
    books: store,
    secret: secretOf(Buffer.alloc(32, 1)),
    log: silentLog,
    destination: async () => undefined,
    dmarc: async () => ({ kind: 'none' }),
  };
}

/** Two postings wait to be collected; the second one fills the digest. */
async function layPostings(root: string, id: EntryId): Promise<void> {
  mkdirSync(join(root, 'digests'));
  const admin = store.as('test');
  await admin.createList({ name: id, domain: 'example.com' });
  await admin.changeSettings(listOf(id), [
    { name: 'digestPostings', value: 2 },
    { name: 'digestBytes', value: 0 },
  ]);
  for (const mode of ['mime', 'plain'] as const) {
    await admin.addMember(listOf(id), 'member', address(readers[mode]), { mode });
  }
  const upTo = await store.lastMember(listOf(id));
  for (const number of [1, 2]) {
    const bytes = `From: ann@x.example\r\nSubject: ${number}\r\nMessage-ID: <${number}@x>\r\n\r\nHerring ${number}.\r\n`;
    const meta = metaOf(entryId(`${id}n${number}`), { kind: 'digest', number, upTo }, bytes);
    lay(root, 'digest', { ...meta, list: listOf(id) }, bytes);
  }
}

/** Works off the queue, one entry after the other, as its one worker does. */
async function act({ root, disk, ledger }: House): Promise<void> {
  const spool = new Spool(root, disk);
  const archive = join(root, 'archive');
  const paths = { digests: join(root, 'digests'), archive, templates: root };
  const site = { spool, paths, log: silentLog } as unknown as Site;
  for (let round = 0; round < 20; round += 1) {
    const { step } = await runner.equip(site, new AbortController().signal);
    const claims = claimAll(spool, 'digest');
    if (claims.length === 0) return;
    for (const claim of claims) {
      const { meta, message, folder } = claim;
      const outcome = await step({ meta, message, folder, tries: 0 }, desk());
      await settle(spool, ledger, [{ claim, outcome }], now);
    }
    spool.litter.sweep();
  }
  assert.fail('it never comes to an end');
}

const digest: Scene = {
  name: 'a digest',
  queues: ['digest', 'mailing'],
  setUp: layPostings,
  act,
  async check({ root, id }) {
    await recoverAll(root, store);
    await act({ root, disk: realDisk, ledger: store, store });
    const mailings = claimAll(new Spool(root), 'mailing');
    const found: string[] = [];
    for (const { meta, message } of mailings) {
      const { work } = meta;
      assert(work.kind === 'mailing' && work.audience.kind === 'issue');
      const { issue, variant } = work.audience;
      const of = { issue, variant, after: 0, limit: 10 };
      const { recipients } = await store.digests.slice(of, now);
      const text = readFileSync(message, 'latin1');
      const postings = [...text.matchAll(/^Herring (\d)\.\r$/gm)].map(([, number]) => number);
      for (const to of addressesOf(recipients)) found.push(`${to} ${postings.join(' ')}`);
    }
    assert.deepEqual(found.sort(), [`${readers.mime} 1 2`, `${readers.plain} 1 2`]);
    const stream = await store.digests.stream(listOf(id), 'list');
    assert.deepEqual([stream?.number, stream?.postings], [1, 0]);
    const left = leftovers(root).filter((path) => !/\/(?:mailing\/claimed|digests)\//.test(path));
    assert.deepEqual(left, []);
  },
};

test('a digest: cut off anywhere, each member gets each posting once', async (t) => {
  const runs = await pullEverywhere(bench, store, digest);
  t.diagnostic(`${runs} runs`);
  assert.ok(runs > 100, String(runs));
});
