/** The power goes off while a posting is held, and while two moderators decide about it. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runner as command } from '../../runners/command.ts';
import { runner as incoming } from '../../runners/incoming.ts';
import { type Desk, findDestination } from '../../src/engine/desk.ts';
import { type Slip, settle } from '../../src/engine/settle.ts';
import type { Site } from '../../src/engine/site.ts';
import { parseConfig } from '../../src/ground/config.ts';
import { type Disk, namesIn, realDisk } from '../../src/ground/disk.ts';
import { silentLog } from '../../src/ground/log.ts';
import { addressKey } from '../../src/mail/address.ts';
import { makeToken } from '../../src/mail/token.ts';
import { childId, type EntryId, entryId, listId } from '../../src/model/ids.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { type OpenClaim, Spool } from '../../src/spool/spool.ts';
import type { Store } from '../../src/store/store.ts';
import { address } from '../literals.ts';
import {
  claimAll,
  lay,
  leftovers,
  makeBench,
  makeStore,
  metaOf,
  now,
  recoverAll,
  workOff,
} from './office.ts';
import { type House, pullEverywhere, type Scene } from './plug.ts';

const bench = makeBench();
let store: Store;
let templates: string;
before(async () => {
  store = await makeStore(bench.root);
  templates = mkdtempSync(join(bench.root, 'templates-'));
});
after(() => {
  store.close();
  bench[Symbol.dispose]();
});

const key = Buffer.alloc(32, 7);
const secret = { for: () => key };
const stranger = 'stranger@else.example';
const two = ['ann@m.example', 'bob@m.example'];
const orders = ['accept', 'reject'] as const;
const config = parseConfig('', 'test');
const listOf = (id: EntryId) => listId(`${id}.example.com`);
const queues = ['incoming', 'command', 'pipeline', 'virgin'] as const;

function desk(): Desk {
  return {
    now,
    config,
    books: store,
    secret,
    log: silentLog,
    destination: (recipient) => findDestination(store, recipient, '+'),
    dmarc: async () => ({ kind: 'none' }),
  };
}

/** The steps of the runners, on a disk that may end. */
function steps(root: string, disk: Disk = realDisk) {
  const site = {
    spool: new Spool(root, disk),
    paths: { templates },
    log: silentLog,
  } as unknown as Site;
  const stepOf =
    (runner: typeof command) =>
    async (claim: OpenClaim): Promise<Outcome> => {
      const { step } = await runner.equip(site, new AbortController().signal);
      const { meta, message, folder, name } = claim;
      return await step({ meta, message, folder, tries: name.tries }, desk());
    };
  return { incoming: stepOf(incoming), command: stepOf(command) };
}

async function makeList(id: EntryId): Promise<void> {
  const admin = store.as('test');
  await admin.createList({ name: id, domain: 'example.com' });
  for (const who of two) await admin.addMember(listOf(id), 'moderator', address(who));
  await admin.changeSettings(listOf(id), [{ name: 'heldNotices', value: false }]);
}

async function layPosting(root: string, id: EntryId): Promise<void> {
  await makeList(id);
  const recipient = `${id}@example.com`;
  const bytes = `From: ${stranger}\r\nTo: ${recipient}\r\nSubject: food\r\nMessage-ID: <${id}@x>\r\n\r\nHerring.\r\n`;
  const meta = metaOf(id, { kind: 'mail', via: 'lmtp' }, bytes);
  lay(root, 'incoming', { ...meta, recipient, sender: stranger, list: listOf(id) }, bytes);
}

/** Works off what there is, once round after round, like workers that are killed at any point. */
async function act({ root, disk, ledger }: House): Promise<void> {
  const spool = new Spool(root, disk);
  const own = steps(root, disk);
  for (let round = 0; round < 20; round += 1) {
    let idle = true;
    for (const queue of ['command', 'incoming'] as const) {
      const claims = claimAll(spool, queue);
      if (claims.length === 0) continue;
      idle = false;
      const slips: Slip[] = [];
      for (const claim of claims) slips.push({ claim, outcome: await own[queue](claim) });
      const results = await settle(spool, ledger, slips, now);
      for (const [n, result] of results.entries()) {
        const claim = claims[n];
        if (result.kind === 'unready' && claim) {
          await spool.release(claim, now, claim.name.tries - 1);
        }
      }
    }
    spool.litter.sweep();
    if (idle) return;
  }
}

/** The same to the end, on a disk that stays. What was taken at the ends of the flow. */
async function finishAll(root: string): Promise<string[]> {
  await recoverAll(root, store);
  await act({ root, disk: realDisk, ledger: store, store });
  return await workOff(root, store, {});
}

const heldIn = (root: string) => namesIn(join(root, 'held', 'incoming'));

const hold: Scene = {
  name: 'a posting is held',
  queues,
  setUp: layPosting,
  act,
  async check({ root, id }) {
    const taken = await finishAll(root);
    assert.deepEqual(
      taken,
      two.map((_, n) => `virgin ${childId(id, `m${n}`)}`),
    );
    assert.deepEqual(heldIn(root), [id]);
    assert.equal((await store.held.waiting(listOf(id))).length, 1);
    assert.deepEqual(leftovers(root), []);
  },
};

const decide: Scene = {
  name: 'two moderators decide',
  queues,
  async setUp(root, id) {
    await layPosting(root, id);
    await finishAll(root);
    for (const [n, sub] of orders.entries()) {
      const who = two[n] ?? '';
      const token = makeToken(key, 'held', listOf(id), id, addressKey(address(who)));
      const recipient = `${id}-${sub}+${token}@example.com`;
      const bytes = `From: ${who}\r\nTo: ${recipient}\r\nSubject: x\r\n\r\nBecause.\r\n`;
      const work = { kind: 'command', to: sub, detail: token } as const;
      const meta = metaOf(entryId(`${id}c${n}`), work, bytes);
      lay(root, 'command', { ...meta, recipient, sender: who, list: listOf(id) }, bytes);
    }
  },
  act,
  async check({ root, id }) {
    const taken = await finishAll(root);
    const decided = (await store.held.posting(id))?.decided;
    assert.ok(decided);
    // Each gets one answer, and what won happens once.
    const answers = orders.map((_, n) => `virgin ${childId(entryId(`${id}c${n}`), 'n0')}`);
    const effect = {
      accept: [`pipeline ${childId(id, 'p')}`],
      reject: [`virgin ${childId(id, 'v')}`],
      discard: [],
    }[decided.decision];
    assert.deepEqual(taken, [...answers, ...effect].sort());
    assert.deepEqual(heldIn(root), []);
    const number = await store.postingNumber(listOf(id), id);
    assert.equal(number, decided.decision === 'accept' ? 1 : undefined);
    assert.deepEqual(leftovers(root), []);
  },
};

for (const scene of [hold, decide]) {
  test(`${scene.name}: cut off anywhere, all of it happens once`, async () => {
    const runs = await pullEverywhere(bench, store, scene);
    assert.ok(runs > 50, String(runs));
  });
}
