import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clean } from '../../src/cron/clean.ts';
import { tasks } from '../../src/cron/index.ts';
import { store } from '../../src/cron/store.ts';
import { parseConfig } from '../../src/ground/config.ts';
import type { Chore, ClaimFolder, House, Leftover, ParkedEntry } from '../../src/model/task.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const now = 1_800_000_000_000;

function house(more: {
  leftovers?: readonly Leftover[];
  parked?: readonly ParkedEntry[];
  folders?: readonly ClaimFolder[];
  backups?: readonly string[];
}): House {
  return {
    now,
    config: parseConfig('[backup]\nkeep = 3', 'listmill.toml'),
    workers: new Set(['outgoing-1']),
    leftovers: () => more.leftovers ?? [],
    parked: () => more.parked ?? [],
    async *claimFolders() {
      yield* more.folders ?? [];
    },
    volumes: () => [],
    backups: () => more.backups ?? [],
    async *bouncing() {},
    async *held() {},
    async *stuck() {},
    async *undecided() {},
    overdue: async () => 0,
    dueDigests: async function* () {},
    idleDigests: async () => 0,
  };
}

async function planned(task: typeof clean, view: House): Promise<Chore['kind'][]> {
  const kinds: Chore['kind'][] = [];
  for await (const { kind } of task.plan(view)) kinds.push(kind);
  return kinds;
}

describe('clean', () => {
  const folder: ClaimFolder = {
    queue: 'outgoing',
    worker: 'outgoing-1',
    claims: 0,
    changed: now - dayMs,
    running: false,
  };
  const cases: readonly (readonly [string, Partial<ClaimFolder>, readonly Chore['kind'][]])[] = [
    ['the empty folder of a worker that may come back stays', {}, []],
    ['that of a retired worker goes', { worker: 'outgoing-7' }, ['remove-folder']],
    ['that of a hand goes', { worker: 'hand-x' }, ['remove-folder']],
    ['claims without a worker are recovered', { claims: 2 }, ['recover-claims']],
    ['those of a worker that runs are his', { claims: 2, running: true }, []],
    ['those of a worker that may be restarting are left', { claims: 2, changed: now - 1000 }, []],
  ];
  for (const [name, more, wanted] of cases) {
    test(name, async () => {
      const kinds = await planned(clean, house({ folders: [{ ...folder, ...more }] }));
      assert.deepEqual(kinds, [...wanted, 'forget-settled', 'forget-ledger', 'forget-history']);
    });
  }

  test('drafts and parked mail go by their own ages', async () => {
    const leftovers = [35, 37].map((hours) => ({
      queue: 'incoming' as const,
      name: `i${hours}`,
      changed: now - hours * hourMs,
      isRemoval: false,
    }));
    const parked = [
      ['held', 89],
      ['held', 91],
      ['bad', 31],
      ['shunt', 31],
    ].map(([where, days]) => ({
      where: where as 'held',
      queue: 'incoming' as const,
      id: `i${days}`,
      since: now - Number(days) * dayMs,
    }));
    const kinds = await planned(clean, house({ leftovers, parked }));
    assert.deepEqual(kinds, [
      'remove-leftover',
      'delete-parked',
      'delete-parked',
      'forget-settled',
      'forget-ledger',
      'forget-history',
    ]);
  });
});

describe('store', () => {
  test('checks before it copies, copies before it drops, and counts the new copy', () => {
    const backups = ['a', 'b', 'c', 'd'];
    const chores = [...(store.plan(house({ backups })) as Iterable<Chore>)];
    assert.deepEqual(
      chores.map((chore) =>
        'name' in chore && chore.kind === 'remove-copy' ? chore.name : chore.kind,
      ),
      ['check-store', 'optimise-store', 'copy-store', 'a', 'b'],
    );
  });
});

test('each task says when cron should start it', () => {
  for (const { schedule } of tasks) assert.match(schedule, /^(\S+ ){4}\S+$/);
});
