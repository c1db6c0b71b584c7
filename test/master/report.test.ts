import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workersOf } from '../../src/master/report.ts';
import { newSuite } from '../../src/master/suite.ts';
import { entryId, listId } from '../../src/model/ids.ts';
import { beatOf, masterPlan, mib, rules, runnerPlan, Told, up, wish } from './literals.ts';

test('the status of a worker has its uptime, load, rate and what it has in hand', () => {
  const suite = newSuite(masterPlan([runnerPlan()]));
  const told = new Told(rules);
  told.now = 10_000;
  told.tell(wish, { kind: 'forked', pid: 4711 }, up);
  const current = { id: entryId('i1'), list: listId('cats.example.com'), since: 1_800_000_000_000 };
  told.now = 40_000;
  told.tell({
    kind: 'beat',
    beat: beatOf({ state: 'working', done: 90, cpuMs: 6010, memory: 70 * mib, current }),
  });
  const known = suite.slots.get('incoming-1') ?? assert.fail('no such slot');
  const slots = new Map([['incoming-1', { ...known, ...told.slot }]]);
  const samples = [
    { at: 10_000, done: 0, cpuMs: 10 },
    { at: 40_000, done: 90, cpuMs: 6010 },
  ];
  const meters = new Map([['incoming-1', samples]]);
  const [one] = workersOf({ ...suite, slots }, meters, 42_000, 1_800_000_003_000);
  assert.deepEqual(
    [one?.pid, one?.state, one?.uptimeMs, one?.memory, one?.done],
    [4711, 'working', 32_000, 70 * mib, 90],
  );
  assert.deepEqual([one?.cpuPercent, one?.perMinute], [20, 180]);
  assert.deepEqual(one?.current, { id: 'i1', list: 'cats.example.com', forMs: 3000 });
});
