/** The power goes off while a batch is handed over, at every operation around each answer (I7). */
import assert from 'node:assert/strict';
import { after, before, mock, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { outcomeOf } from '../../src/engine/batch-outcome.ts';
import { HandOver } from '../../src/engine/handover.ts';
import { Peers } from '../../src/engine/peers.ts';
import { Renderings } from '../../src/engine/renderings.ts';
import { settle } from '../../src/engine/settle.ts';
import { Signers } from '../../src/engine/signers.ts';
import { parseConfig } from '../../src/ground/config.ts';
import { type Disk, realDisk } from '../../src/ground/disk.ts';
import { silentLog } from '../../src/ground/log.ts';
import type { MetaOf } from '../../src/model/entry.ts';
import type { EntryId } from '../../src/model/ids.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { recipientsOf } from '../../src/model/recipients.ts';
import type { OnSent } from '../../src/mta/outlet.ts';
import { type Answer, relaySettings } from '../../src/mta/types.ts';
import { type OpenClaim, Spool } from '../../src/spool/spool.ts';
import type { Store } from '../../src/store/store.ts';
import {
  claimAll,
  lay,
  leftovers,
  makeBench,
  makeStore,
  metaOf,
  now,
  recoverAll,
  tallyOf,
} from '../powercut/office.ts';
import { type House, type Outside, pullEverywhere, type Scene } from '../powercut/plug.ts';

const bench = makeBench();
const signers = new Signers(1);
let store: Store;
before(async () => {
  store = await makeStore(bench.root);
  // What waits to be synced is synced when the scene says so.
  mock.timers.enable({ apis: ['setTimeout'] });
});
after(async () => {
  mock.timers.reset();
  await signers.close();
  store.close();
  bench[Symbol.dispose]();
});

const config = parseConfig('', 'test');
const key = Buffer.alloc(32, 7);
const relay = relaySettings({ name: 'mta', place: { kind: 'tcp', host: '127.0.0.1', port: 25 } });
const people = Array.from({ length: 8 }, (_, n) => `m${n}@x.example`);
/** This one the MTA does not know; the last two it takes at the second try. */
const unknown = 5;
const slow = [6, 7];
const flushMs = 20;

/** What the MTA, which has power of its own, and whoever looks on know of one batch. */
type Sight = {
  /** Copies by recipient. */
  readonly taken: Map<number, number>;
  /** Those whose answers were noted. */
  readonly noted: Set<number>;
  /** Those of them whose answers a power cut cannot take away. */
  readonly synced: Set<number>;
  deferred: boolean;
};
const sights = new Map<EntryId, Sight>();

const said = { enhanced: undefined, text: 'said', queueId: undefined, local: false };
const answers = {
  delivered: { ...said, kind: 'delivered', stage: 'data', code: 250 },
  refused: { ...said, kind: 'refused', stage: 'rcpt', code: 550 },
  deferred: { ...said, kind: 'deferred', stage: 'data', code: 451 },
} as const satisfies Record<string, Answer>;

/** A disk that tells when answers are safe: the progress is synced, and so is its name. */
function watched(disk: Disk, sight: Sight): { disk: Disk; flushed: () => Promise<void> } {
  let waiting: Promise<unknown>[] = [];
  const open: Disk['open'] = (path) => {
    const file = disk.open(path);
    const sync = async () => {
      const before = [...sight.noted];
      await file.sync();
      for (const one of before) sight.synced.add(one);
    };
    return { ...file, sync: () => waited(sync()) };
  };
  function waited<T>(work: Promise<T>): Promise<T> {
    waiting.push(work.catch(() => undefined));
    return work;
  }
  return {
    disk: { ...disk, open, syncDir: (path) => waited(disk.syncDir(path)) },
    async flushed() {
      waiting = [];
      mock.timers.tick(flushMs);
      await Promise.all(waiting);
      await setImmediate(); // who waited for them goes on
    },
  };
}

/** An MTA with two transactions of two recipients under way at a time. */
function dispatchTo(sight: Sight, outside: Outside, flushed: () => Promise<void>) {
  const deliver = (one: number) => sight.taken.set(one, (sight.taken.get(one) ?? 0) + 1);
  const takes = (positions: readonly number[]) => {
    const isSlow = positions.some((one) => slow.includes(one)) && !sight.deferred;
    if (isSlow) sight.deferred = true;
    else for (const one of positions) if (one !== unknown) deliver(one);
    return isSlow ? answers.deferred : answers.delivered;
  };
  const hear = (positions: readonly number[], answer: Answer, onSent: OnSent) => {
    if (positions.length === 0) return;
    onSent(positions, answer, relay);
    if (answer.kind === 'delivered') for (const one of positions) sight.noted.add(one);
  };
  return {
    async send(_meta: unknown, _delivery: unknown, todo: readonly number[], onSent: OnSent) {
      const pairs = [0, 2, 4, 6]
        .map((at) => todo.slice(at, at + 2))
        .filter((one) => one[0] !== undefined);
      const underWay: (readonly [readonly number[], Answer])[] = [];
      for (const pair of [...pairs, [], []]) {
        if (pair.length > 0) underWay.push([pair, outside('send', () => takes(pair))]);
        if (underWay.length < 2 && pair.length > 0) continue;
        const [positions = [], answer = answers.delivered] = underWay.shift() ?? [];
        hear(
          positions.filter((one) => one === unknown),
          answers.refused,
          onSent,
        );
        hear(
          positions.filter((one) => one !== unknown),
          answer,
          onSent,
        );
        await flushed();
        assert.equal(sight.synced.size, sight.noted.size, 'what was noted is safe after a while');
      }
      return { end: { kind: 'done' } as const, inFlight: [], held: undefined };
    },
  };
}

function isBatch(meta: OpenClaim['meta']): meta is MetaOf<'batch'> {
  return meta.work.kind === 'batch';
}

/** Works the queue off as the runner does. */
async function act(house: House, id: EntryId, outside: Outside): Promise<void> {
  const sight = sights.get(id);
  assert(sight);
  const { disk, flushed } = watched(house.disk, sight);
  const handOver = new HandOver({
    disk,
    dispatch: dispatchTo(sight, outside, flushed),
    renderings: new Renderings({ keys: [], sealingKey: () => undefined, signers }),
    domainOf: async () => undefined,
    verpKey: key,
    links: { key, separator: '+', url: '' },
    persons: async () => new Map(),
    separator: '+',
    xverp: false,
    log: silentLog,
  });
  const peers = new Peers(async () => ({ audience: 1, members: new Map() }));
  const about = { config, disk, now, peers, halt: undefined, ledger: { note: async () => {} } };
  const step = async ({ meta, message, folder, name }: OpenClaim): Promise<Outcome> => {
    assert(isBatch(meta));
    const entry = { meta, message, folder, tries: name.tries };
    return await outcomeOf(entry, meta, await handOver.deliver(entry, meta), about);
  };
  const spool = new Spool(house.root, disk);
  try {
    for (;;) {
      const claims = claimAll(spool, 'outgoing');
      if (claims.length === 0) return;
      for (const claim of claims) {
        await settle(spool, house.ledger, [{ claim, outcome: await step(claim) }], now);
      }
      spool.litter.sweep();
    }
  } finally {
    await flushed();
  }
}

const scene: Scene = {
  name: 'a batch is handed over',
  queues: ['outgoing'],
  setUp(root, id) {
    sights.set(id, { taken: new Map(), noted: new Set(), synced: new Set(), deferred: false });
    const recipients = recipientsOf(people.map((address) => [address]));
    const batch = { mode: 'shared', returnPath: 'b@example.com', recipients, reported: 0 } as const;
    lay(root, 'outgoing', metaOf(id, { kind: 'batch', mailing: id, ...batch }));
  },
  act,
  async check({ root, store: books, id, left }) {
    const sight = sights.get(id);
    assert(sight);
    const kept = new Set(left === 'all' ? sight.noted : sight.synced);
    const before = new Map(sight.taken);
    sight.noted.clear();
    sight.synced.clear();
    await recoverAll(root, books);
    await act({ root, disk: realDisk, ledger: books, store: books }, id, (_name, run) => run());
    for (const one of people.keys()) {
      const copies: number = sight.taken.get(one) ?? 0;
      assert.equal(copies > 0, one !== unknown, `${copies} copies for ${one}`);
      if (kept.has(one)) assert.equal(copies, before.get(one), `${one} had been answered`);
      assert.ok(copies <= 2, `${copies} copies for ${one}`);
    }
    assert.deepEqual(leftovers(root), []);
    const { delivered, refused } = await tallyOf(books, id);
    assert.deepEqual([delivered, refused], [people.length - 1, 1]);
  },
};

test('only what was under way is sent again, wherever a hand-over is cut off', async (t) => {
  t.diagnostic(`${await pullEverywhere(bench, store, scene)} runs`);
});
