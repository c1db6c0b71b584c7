/** The power goes off while a batch of bounces is booked, and while warnings are written. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Allowance } from '../../src/engine/allowance.ts';
import { roundStep } from '../../src/engine/bounce-round.ts';
import { bounceStep } from '../../src/engine/bounces.ts';
import { Peers } from '../../src/engine/peers.ts';
import { type Slip, settle } from '../../src/engine/settle.ts';
import { siteTexts } from '../../src/engine/templates.ts';
import { parseConfig } from '../../src/ground/config.ts';
import { silentLog } from '../../src/ground/log.ts';
import { addressKey } from '../../src/mail/address.ts';
import { childId, type EntryId, entryId, listId } from '../../src/model/ids.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { type OpenClaim, Spool } from '../../src/spool/spool.ts';
import { paths, reportOf } from '../engine/bounced.ts';
import { address } from '../literals.ts';
import { claimAll, lay, leftovers, metaOf, now, openBench, recoverAll, workOff } from './office.ts';
import { type House, pullEverywhere, type Scene } from './plug.ts';

const { bench, store } = await openBench();

const key = Buffer.alloc(32, 7);
const config = parseConfig('', 'test');
const texts = siteTexts('/nowhere', silentLog);
const odd = 'From: eve@example.org\r\nSubject: hello\r\n\r\nWho are you?\r\n';

/** The step of the runner, with all it reads. */
async function step({ meta, message, folder }: OpenClaim): Promise<Outcome> {
  const entry = { meta, message, folder, tries: 1 };
  const desk = { now, config, books: store };
  const { bounces } = store;
  if (meta.work.kind === 'round') {
    return roundStep(entry, desk, { verpKey: key, texts, care: bounces.care.bind(bounces) });
  }
  return bounceStep(entry, desk, {
    verpKey: key,
    peers: new Peers(async () => ({ audience: 1000, members: new Map() })),
    allowance: new Allowance(),
    shownToday: async () => 0,
    texts,
  });
}

/** Claims all, and settles it as one group: so that it is one transaction. */
async function act({ root, disk, ledger }: House): Promise<void> {
  const spool = new Spool(root, disk);
  const slips: Slip[] = [];
  for (const claim of claimAll(spool, 'bounce')) slips.push({ claim, outcome: await step(claim) });
  await settle(spool, ledger, slips, now);
}

const listOf = (id: EntryId) => listId(`${id}.example.com`);
const who = (n: number) => `m${n}@d${n}.example`;

async function makeList(id: EntryId, members: number): Promise<void> {
  const admin = store.as('test');
  await admin.createList({ name: id, domain: 'example.com' });
  const wish = [{ name: 'bounceThreshold', value: 2 }] as const;
  await admin.changeSettings(listOf(id), wish);
  for (let n = 0; n < members; n += 1) await admin.addMember(listOf(id), 'member', address(who(n)));
}

async function eventsOf(id: EntryId, n: number): Promise<string[]> {
  const [row] = await store.bounces.at(addressKey(address(who(n))), listOf(id));
  return row ? [...store.bounces.events(row.member)].map(({ effect }) => effect) : [];
}

const batch: Scene = {
  name: 'a batch of bounces',
  queues: ['bounce', 'virgin'],
  async setUp(root, id) {
    await makeList(id, 4);
    for (const n of [0, 1, 2, 3]) {
      const list = listOf(id);
      // The last two are about one copy: a report and its replay.
      const member = who(Math.min(n, 2));
      const detail = paths(key, list, 'mailone').verp(member);
      const bytes = reportOf({ recipient: member });
      lay(
        root,
        'bounce',
        { ...metaOf(entryId(`${id}x${n}`), { kind: 'bounce', detail }, bytes), list },
        bytes,
      );
    }
    const list = listOf(id);
    lay(root, 'bounce', { ...metaOf(entryId(`${id}x9`), { kind: 'bounce' }, odd), list }, odd);
  },
  act,
  async check({ root, store: books, id }) {
    await recoverAll(root, books);
    const taken = await workOff(root, books, { bounce: step });
    assert.deepEqual(taken, [`virgin ${childId(entryId(`${id}x9`), 'v')}`]);
    assert.deepEqual(leftovers(root), []);
    for (const n of [0, 1, 2]) assert.deepEqual(await eventsOf(id, n), ['counted'], who(n));
    assert.deepEqual(await eventsOf(id, 3), []);
    assert.equal(await books.bounces.shownToday(listOf(id), now), 1);
    const rows = await books.bounces.byCause(0, listOf(id));
    assert.equal(
      rows.reduce((sum, { failures }) => sum + failures, 0),
      3,
    );
  },
};

const round: Scene = {
  name: 'a round of warnings',
  queues: ['bounce', 'virgin'],
  async setUp(root, id) {
    await makeList(id, 2);
    const list = listOf(id);
    for (const n of [0, 1]) {
      const key = addressKey(address(who(n)));
      await store.as('test').changeMember(list, 'member', key, { status: 'by-bounces' });
    }
    await store.bounces.tidy(list, 'test', now);
    const work = { kind: 'round' } as const;
    lay(root, 'bounce', { ...metaOf(id, work), list });
  },
  act,
  async check({ root, store: books, id }) {
    await recoverAll(root, books);
    const taken = await workOff(root, books, { bounce: step });
    const numbers = await Promise.all(
      [0, 1].map(async (n) => {
        const [row] = await books.bounces.at(addressKey(address(who(n))), listOf(id));
        assert.equal(row?.warnings, 1);
        return row?.member;
      }),
    );
    const wanted = [...numbers.map((number) => `w${number}x0`), 'ox0'];
    assert.deepEqual(taken, wanted.map((name) => `virgin ${childId(id, name)}`).sort());
    assert.deepEqual(leftovers(root), []);
  },
};

for (const scene of [batch, round]) {
  test(`${scene.name}: all of it happens exactly once, wherever it is cut off`, async (t) => {
    t.diagnostic(`${await pullEverywhere(bench, store, scene)} runs`);
  });
}
