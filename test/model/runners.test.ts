import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { configSchema } from '../../src/ground/config-schema.ts';
import { plannedRunners, runnerFaults, runnerNames } from '../../src/model/runners.ts';

function plan(config: object, name: string) {
  return plannedRunners(configSchema.parse(config)).find((runner) => runner.name === name);
}

describe('the plan of runners', () => {
  test('has one worker of each, and up to four of outgoing and two of bounce', () => {
    const most: Readonly<Record<string, number>> = { outgoing: 4, bounce: 2 };
    // Nobody listens for what the configuration does not name.
    const wanted = runnerNames.filter((name) => name !== 'policy');
    const plans = plannedRunners(configSchema.parse({ maildir: { folders: ['in'] } }));
    assert.deepEqual(
      plans.map(({ name, minWorkers, maxWorkers }) => [name, minWorkers, maxWorkers]),
      wanted.map((name) => [name, 1, most[name] ?? 1]),
    );
  });

  test('has lmtp and maildir only where there is something to listen to', () => {
    assert.equal(plan({ lmtp: { listen: [] } }, 'lmtp'), undefined);
    assert.equal(plan({}, 'lmtp')?.maxWorkers, 1);
    assert.equal(plan({}, 'maildir'), undefined);
    assert.equal(plan({ maildir: { folders: ['in'] } }, 'maildir')?.maxWorkers, 1);
  });

  test('follows the configuration', () => {
    const outgoing = plan({ runners: { outgoing: { workers: 6, memoryMb: 100 } } }, 'outgoing');
    assert.deepEqual([outgoing?.minWorkers, outgoing?.maxWorkers], [6, 6]);
    assert.equal(outgoing?.memoryBytes, 104_857_600);
    assert.equal(plan({ runners: { incoming: { maxWorkers: 3 } } }, 'incoming')?.maxWorkers, 3);
    assert.equal(plan({ runners: { incoming: { workers: 0 } } }, 'incoming')?.maxWorkers, 0);
  });

  test('never has two processes of a service, which would fight for its port', () => {
    assert.equal(plan({ runners: { lmtp: { workers: 5, maxWorkers: 9 } } }, 'lmtp')?.maxWorkers, 1);
  });

  test('a runner that is none is told, with those there are', () => {
    const [fault, ...others] = runnerFaults(configSchema.parse({ runners: { outgoin: {} } }));
    assert.match(fault ?? '', /runners has "outgoin"; wanted: outgoing,/);
    assert.deepEqual(others, []);
  });
});
