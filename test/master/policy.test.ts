import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type SuiteEvent, stepSuite } from '../../src/master/policy.ts';
import type { SlotEvent } from '../../src/master/slot-types.ts';
import { isOff, newSuite, type Suite, suiteDueAt, unknownName } from '../../src/master/suite.ts';
import type { RunnerPlan } from '../../src/model/runners.ts';
import { beatOf, died, killed, left, masterPlan, runnerPlan, up } from './literals.ts';

const incoming = runnerPlan();
const outgoing = runnerPlan({ name: 'outgoing', maxWorkers: 3 });
const lmtp = runnerPlan({ name: 'lmtp', claims: false });

/** A suite on a stopped clock. */
class Told {
  suite: Suite;
  now = 0;
  did: string[] = [];

  constructor(runners: readonly RunnerPlan[] = [incoming, outgoing, lmtp], only: string[] = []) {
    this.suite = newSuite(masterPlan(runners), only);
  }

  tell(event: SuiteEvent): this {
    const step = stepSuite(this.suite, event, this.now);
    this.suite = step.suite;
    this.did = step.actions.flatMap((action) => {
      if (action.kind === 'note') return [];
      const what = action.kind === 'send' ? action.message.kind : action.kind;
      return [`${what} ${action.slot}`];
    });
    return this;
  }

  slot(slot: string, ...events: SlotEvent[]): this {
    for (const event of events) this.tell({ kind: 'slot', slot, event });
    return this;
  }

  order(order: 'start' | 'stop' | 'restart' | 'pause' | 'resume', ...names: string[]): this {
    return this.tell({ kind: 'order', order, names });
  }

  begin(): this {
    return this.tell({ kind: 'tick', deafMs: 0 });
  }

  /** All that start are up; claims that are searched for are found or not there. */
  allUp(): this {
    for (let round = 0; round < 20; round++) {
      for (const [name, { phase }] of this.suite.slots) {
        if (phase.kind === 'starting') this.slot(name, up);
        if (phase.kind === 'recovering') this.slot(name, left);
      }
    }
    return this;
  }

  phases(): Record<string, string> {
    return Object.fromEntries([...this.suite.slots].map(([name, slot]) => [name, slot.phase.kind]));
  }
}

const running = {
  'incoming-1': 'running',
  'outgoing-1': 'running',
  'outgoing-2': 'off',
  'outgoing-3': 'off',
  'lmtp-1': 'running',
};

describe('a suite', () => {
  test('starts the least number of workers of each runner, in the order of the plan', () => {
    const told = new Told().begin();
    assert.deepEqual(told.did, ['fork incoming-1', 'fork outgoing-1', 'fork lmtp-1']);
  });

  test('looks for claims of a former life in empty slots, one at a time, when the rest is up', () => {
    const told = new Told().begin().slot('incoming-1', up).slot('outgoing-1', up);
    assert.deepEqual(told.did, []);
    assert.deepEqual(told.slot('lmtp-1', up).did, ['recover outgoing-2']);
    assert.deepEqual(told.slot('outgoing-2', left).did, ['recover outgoing-3']);
    assert.deepEqual(told.slot('outgoing-3', left).did, []);
    assert.deepEqual(told.phases(), running);
  });

  test('starts only what was named, and the others when they are named later', () => {
    const told = new Told([incoming, lmtp], ['lmtp']).begin();
    assert.deepEqual(told.did, ['fork lmtp-1']);
    told.allUp();
    assert.deepEqual(told.order('start', 'incoming').did, ['fork incoming-1']);
  });

  test('needs a tick at the earliest of its deadlines', () => {
    const told = new Told().begin().allUp();
    assert.equal(suiteDueAt(told.suite), 300_000);
    told.now = 5000;
    assert.equal(suiteDueAt(told.slot('incoming-1', died).suite), 6000);
  });

  test('is off when the last one has left, whatever the others still wait for', () => {
    const told = new Told().begin().allUp().slot('incoming-1', killed).tell({ kind: 'leave' });
    assert.deepEqual(told.did, ['drain outgoing-1', 'drain lmtp-1']);
    told.slot('outgoing-1', left);
    assert.equal(isOff(told.suite), false);
    assert.equal(isOff(told.slot('lmtp-1', left).suite), true);
  });

  test('that leaves does not wait for a search that failed', () => {
    const told = new Told().begin().allUp().order('stop', 'incoming');
    told.slot('incoming-1', left, died);
    assert.equal(told.phases()['incoming-1'], 'backoff');
    told.tell({ kind: 'leave' });
    assert.equal(told.phases()['incoming-1'], 'off');
  });
});

describe('an order', () => {
  test('to stop one runner leaves the others alone, and is remembered', () => {
    const told = new Told().begin().allUp().order('stop', 'outgoing');
    assert.deepEqual(told.did, ['drain outgoing-1']);
    told.slot('outgoing-1', left).allUp();
    assert.deepEqual(told.phases(), { ...running, 'outgoing-1': 'off' });
    told.now = 1e9;
    assert.deepEqual(
      told.begin().did.filter((did) => did.includes('outgoing')),
      [],
    );
    assert.deepEqual(told.order('start', 'outgoing').did, ['fork outgoing-1']);
  });

  test('to start one slot of a stopped runner leaves its sisters stopped', () => {
    const two = runnerPlan({ name: 'outgoing', minWorkers: 2, maxWorkers: 2 });
    const told = new Told([two]).begin().allUp().order('stop', 'outgoing');
    told.slot('outgoing-1', left).slot('outgoing-2', left).allUp();
    assert.deepEqual(told.order('start', 'outgoing-2').did, ['fork outgoing-2']);
    assert.deepEqual([...told.suite.stopped], ['outgoing-1']);
    assert.deepEqual(told.order('start').did, ['fork outgoing-1']);
  });

  test('to restart replaces what runs, starts what is stopped, forgives what failed', () => {
    const told = new Told().begin().allUp().order('stop', 'lmtp').slot('lmtp-1', left);
    told.slot('incoming-1', died);
    assert.deepEqual(told.order('restart').did, [
      'fork incoming-1',
      'drain outgoing-1',
      'fork lmtp-1',
    ]);
  });

  test('to pause holds for workers that come later, until it is taken back', () => {
    const told = new Told().begin().allUp().order('pause', 'outgoing');
    assert.deepEqual(told.did, ['pause outgoing-1']);
    assert.deepEqual(told.order('restart', 'outgoing').slot('outgoing-1', left).did, [
      'fork outgoing-1',
      'pause outgoing-1',
    ]);
    told.allUp();
    assert.deepEqual(told.order('resume').did, ['resume outgoing-1']);
  });

  test('for nobody is found out', () => {
    const { suite } = new Told().begin();
    assert.equal(unknownName(suite, ['lmtp', 'outgoing-3', 'outgoin']), 'outgoin');
    assert.equal(unknownName(suite, ['lmtp', 'outgoing-3']), undefined);
  });
});

describe('a backlog', () => {
  const backlog = { kind: 'beat', beat: beatOf({ state: 'working', waiting: 120 }) } as const;

  test('brings more workers, and takes them away when it is gone, with a search for claims', () => {
    const told = new Told([outgoing]).begin().allUp().slot('outgoing-1', backlog);
    assert.deepEqual(told.did, [], 'a backlog of a moment is gone before they are up');
    told.now += 2000;
    assert.deepEqual(told.slot('outgoing-1', backlog).did, ['fork outgoing-2']);
    told.now += 2000;
    assert.deepEqual(told.slot('outgoing-1', backlog).did, ['fork outgoing-3']);
    told.allUp().slot('outgoing-1', up);
    told.now += 60_000;
    assert.deepEqual(told.slot('outgoing-1', up).did, ['drain outgoing-3']);
    assert.deepEqual(told.slot('outgoing-3', left).did, ['recover outgoing-3']);
  });

  test('of a runner that was stopped brings nobody', () => {
    const told = new Told([outgoing]).begin().allUp().order('stop', 'outgoing');
    assert.deepEqual(told.slot('outgoing-1', backlog, left).did, ['recover outgoing-1']);
  });
});

describe('a new configuration', () => {
  test('replaces the workers one by one, each when the one before works again', () => {
    const told = new Told().begin().allUp();
    const plan = masterPlan([runnerPlan(), runnerPlan({ name: 'outgoing', maxWorkers: 3 }), lmtp]);
    assert.deepEqual(told.tell({ kind: 'plan', plan }).did, ['drain incoming-1']);
    assert.deepEqual(told.slot('incoming-1', left).did, ['fork incoming-1']);
    assert.deepEqual(told.slot('incoming-1', up).did, ['drain outgoing-1']);
    told.slot('outgoing-1', left);
    assert.deepEqual(told.slot('outgoing-1', up).did, ['drain lmtp-1']);
    told.slot('lmtp-1', left).slot('lmtp-1', up);
    assert.deepEqual([told.suite.rolling, told.suite.roll], [undefined, []]);
  });

  test('keeps the old workers while the first new one does not come up', () => {
    const told = new Told().begin().allUp();
    told.tell({ kind: 'plan', plan: masterPlan([incoming, outgoing, lmtp]) });
    told.slot('incoming-1', left, died);
    told.now += 1000;
    assert.deepEqual(told.begin().did, ['fork incoming-1']);
    assert.deepEqual(told.slot('incoming-1', up).did, ['drain outgoing-1']);
  });

  test('drops runners and slots that it has not, and starts those that it adds', () => {
    const told = new Told([incoming, outgoing]).begin().allUp();
    const backlog = { kind: 'beat', beat: beatOf({ waiting: 500 }) } as const;
    told.slot('outgoing-1', backlog);
    for (let n = 0; n < 2; n += 1) {
      told.now += 2000;
      told.slot('outgoing-1', backlog).allUp();
    }
    const plan = masterPlan([runnerPlan({ name: 'outgoing', maxWorkers: 2 }), lmtp]);
    told.tell({ kind: 'plan', plan });
    assert.deepEqual(told.did.toSorted(), [
      'drain incoming-1',
      'drain outgoing-1',
      'drain outgoing-3',
      'fork lmtp-1',
    ]);
    told.slot('incoming-1', left, left).slot('outgoing-3', left, left).allUp();
    assert.equal(told.phases()['incoming-1'], 'off');
    assert.equal(told.phases()['outgoing-3'], 'off');
  });
});
