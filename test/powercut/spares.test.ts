/** The power goes off while the folder of an entry that is done becomes that of the next one. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { settle } from '../../src/engine/settle.ts';
import { entryId } from '../../src/model/ids.ts';
import { finish, letter } from '../../src/model/outcome.ts';
import { type OpenClaim, Spool } from '../../src/spool/spool.ts';
import type { Store } from '../../src/store/store.ts';
import {
  claimAll,
  counted,
  countOf,
  lay,
  makeBench,
  makeStore,
  metaOf,
  now,
  recoverAll,
  workOff,
} from './office.ts';
import { pullEverywhere, type Scene } from './plug.ts';

const bench = makeBench();
let store: Store;
before(async () => {
  store = await makeStore(bench.root);
});
after(() => {
  store.close();
  bench[Symbol.dispose]();
});

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
    lay(root, 'incoming', metaOf(entryId(`${id}x`), posting, other), other);
  },
  async act({ root, disk, ledger }, id) {
    const spool = new Spool(root, disk);
    const [first] = claimAll(spool, 'pipeline');
    assert(first);
    const outcome = { changes: [counted(id, 1)], fate: finish };
    await settle(spool, ledger, [{ claim: first, outcome }], now);
    await spool.spares.keep(
      [`${spool.paths.tmp('pipeline')}/${id}.gone`],
      new Set([spool.paths.claimed('pipeline', first.worker)]),
    );
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

test('each of the two is worked off exactly once, wherever it is cut off', async (t) => {
  t.diagnostic(`${await pullEverywhere(bench, store, scene)} runs`);
});
