import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { workerExit } from '../../src/engine/ipc.ts';
import { beatOf, died, killed, left, mib, Told, tick, unwish, up, wish } from './literals.ts';

function ended(code: number) {
  return { kind: 'ended', ending: { code, signal: null } } as const;
}

describe('a slot', () => {
  test('is forked when it is wanted, and runs from its first beat that says so', () => {
    const told = new Told().tell(wish);
    assert.deepEqual([told.did, told.phase], [['fork'], 'starting']);
    told.tell({ kind: 'beat', beat: beatOf({ state: 'starting' }) });
    assert.equal(told.phase, 'starting');
    assert.equal(told.tell(up).phase, 'running');
  });

  test('waits twice as long after each failure, up to the limit, and never gives up', () => {
    const told = new Told().tell(wish);
    const waits: number[] = [];
    for (let failure = 0; failure < 12; failure++) {
      told.tell(up, died);
      const since = told.now;
      told.wait(1_000_000);
      waits.push((told.now - since) / 1000);
      assert.deepEqual(told.did, ['fork after exit 70']);
    }
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
  });

  test('is shown as parked when its waits have grown to the limit', () => {
    const told = new Told().tell(wish);
    for (let failure = 0; failure < 9; failure++) told.tell(up, died).wait(1_000_000);
    assert.equal(told.tell(up, died).phase, 'parked');
  });

  test('has a clear record after a minute of health', () => {
    const told = new Told().tell(wish, up, died).wait(2000).tell(up, died);
    assert.equal(told.slot.failures, 2);
    told.wait(2000).tell(up);
    told.now += 60_000;
    told.tell(up);
    assert.equal(told.slot.failures, 0);
    const since = told.tell(died).now;
    assert.equal(told.wait(10_000).now - since, 1000);
  });

  test('has a clear record after a minute even when it was not heard of in between', () => {
    const told = new Told().tell(wish, up, died).wait(2000).tell(up, died).wait(3000).tell(up);
    told.now += 60_000;
    assert.equal(told.tell(died).slot.failures, 1);
  });

  test('parks at once what is hopeless, says why, and tries again at the longest wait', () => {
    const told = new Told().tell(wish, {
      kind: 'ended',
      ending: { code: workerExit.hopeless, signal: null, words: 'no module x' },
    });
    assert.equal(told.phase, 'parked');
    const { phase } = told.slot;
    assert.match(phase.kind === 'backoff' ? phase.why : '', /exit 15: no module x/);
    assert.deepEqual(told.wait(299_000).did, []);
    assert.deepEqual(told.wait(1000).did, ['fork after exit 15: no module x']);
  });

  test('tells the successor how the predecessor was killed', () => {
    const told = new Told().tell(wish, up, killed).wait(1000);
    assert.deepEqual(told.did, ['fork after signal SIGKILL']);
  });

  test('waits as after a failure when the process cannot even be started', () => {
    const told = new Told().tell(wish, {
      kind: 'ended',
      ending: { code: null, signal: null, words: 'spawn EAGAIN' },
    });
    assert.equal(told.phase, 'backoff');
    assert.deepEqual(told.wait(1000).did, ['fork after could not be started: spawn EAGAIN']);
  });

  test('replaces at once a worker that left in order after a healthy life', () => {
    const told = new Told().tell(wish, up);
    told.now += 60_000;
    assert.deepEqual(told.tell(left).did, ['fork after exit 0']);
  });

  test('does not spin when workers leave in order again and again', () => {
    assert.equal(new Told().tell(wish, up, left).phase, 'backoff');
  });
});

describe('a worker that hangs', () => {
  test('is killed when no beat came for so long, and its successor is told', () => {
    const told = new Told().tell(wish, up).wait(200_000).tell(up).wait(299_000);
    assert.deepEqual(told.did, []);
    assert.deepEqual(told.wait(1000).did, ['SIGKILL']);
    told.tell(killed);
    assert.equal(told.phase, 'backoff');
    assert.deepEqual(told.wait(1000).did, ['fork after hung for 5 min, then signal SIGKILL']);
  });

  test('may hang while it starts', () => {
    assert.deepEqual(new Told().tell(wish).wait(300_000).did, ['SIGKILL']);
  });

  test('is not blamed for time in which the master was not listening', () => {
    const told = new Told().tell(wish, up);
    told.now = 1_000_000;
    told.tell({ kind: 'tick', deafMs: 990_000 });
    assert.deepEqual([told.did, told.phase], [[], 'running']);
    told.now += 290_000;
    assert.deepEqual(told.tell(tick).did, ['SIGKILL']);
  });
});

describe('a worker over its memory ceiling', () => {
  const big = { kind: 'beat', beat: beatOf({ memory: 513 * mib }) } as const;

  test('is asked to drain and is replaced at once when it had a healthy life', () => {
    const told = new Told().tell(wish, up);
    told.now += 60_000;
    assert.deepEqual(told.tell(big).did, ['drain']);
    assert.deepEqual(told.tell(left).did, ['fork']);
  });

  test('that says so itself is measured from then on, and killed if it stays', () => {
    const told = new Told().tell(wish, up);
    told.now += 60_000;
    told.tell({ kind: 'recycle', memory: 513 * mib });
    assert.deepEqual([told.phase, told.did], ['draining', []]);
    assert.deepEqual(told.wait(15_000).did, ['SIGTERM']);
    assert.deepEqual(told.wait(15_000).did, ['SIGKILL']);
    assert.deepEqual(told.tell(killed).did, [
      'fork after memory of 513 MiB over its ceiling of 512 MiB, then signal SIGKILL',
    ]);
  });

  test('right after its start is a failure: a ceiling below the floor must not spin', () => {
    const told = new Told().tell(wish, up, big, left);
    assert.equal(told.phase, 'backoff');
  });
});

describe('a slot that is stopped', () => {
  test('is drained, then searched for claims, then off', () => {
    const told = new Told().tell(wish, up, unwish);
    assert.deepEqual([told.did, told.phase], [['drain'], 'draining']);
    assert.deepEqual([told.tell(left).did, told.phase], [['recover'], 'recovering']);
    assert.equal(told.tell(left).phase, 'off');
    assert.deepEqual(told.tell(wish).did, ['fork']);
  });

  test('is not searched where nothing is claimed', () => {
    assert.equal(new Told({ claims: false }).tell(wish, up, unwish, left).phase, 'off');
  });

  test('gets a SIGTERM at half of its grace and a SIGKILL at the end of it', () => {
    const told = new Told().tell(wish, up, unwish);
    assert.deepEqual(told.wait(14_000).did, []);
    assert.deepEqual(told.wait(1000).did, ['SIGTERM']);
    assert.deepEqual(told.wait(14_000).did, []);
    assert.deepEqual(told.wait(1000).did, ['SIGKILL']);
    assert.deepEqual(told.wait(1_000_000).did, []);
    assert.deepEqual(told.tell(killed).did, ['recover']);
  });

  test('runs again, at once, when it is wanted again before it is gone', () => {
    const told = new Told().tell(wish, up, unwish, wish);
    assert.equal(told.phase, 'draining');
    assert.deepEqual(told.tell(left).did, ['fork']);
    told.tell(up, unwish, left, wish);
    assert.equal(told.phase, 'recovering');
    assert.deepEqual(told.tell(left).did, ['fork']);
  });

  test('tries again later when its claims cannot be given back', () => {
    const told = new Told().tell(wish, up, unwish, left, died);
    assert.equal(told.phase, 'backoff');
    assert.deepEqual(told.wait(1000).did, ['recover']);
    assert.deepEqual([told.wait(299_000).did, told.wait(1000).did], [[], ['SIGKILL']]);
    told.tell(killed).wait(2000);
    assert.equal(told.tell(left).phase, 'off');
  });

  test('during a wait has no process to stop, only claims to give back', () => {
    const told = new Told().tell(wish, up, killed, unwish);
    assert.deepEqual(told.did, ['recover']);
  });
});

describe('a person', () => {
  test('who restarts a parked worker does not wait, and its record is clear', () => {
    const told = new Told().tell(wish, ended(workerExit.hopeless));
    told.tell({ kind: 'replace', why: 'restarted' });
    assert.deepEqual(told.did, ['fork after exit 15']);
    assert.equal(told.slot.failures, 0);
  });

  test('who restarts a healthy worker gets a new one, which is no failure', () => {
    const told = new Told().tell(wish, up, { kind: 'replace', why: 'restarted' });
    assert.deepEqual(told.did, ['drain']);
    assert.deepEqual(told.tell(died).did, ['fork after restarted, then exit 70']);
    assert.equal(told.slot.failures, 0);
  });

  test('who pauses a worker finds its successor paused', () => {
    const told = new Told().tell(wish, up, { kind: 'pause', paused: true });
    assert.deepEqual(told.did, ['pause']);
    told.tell(died).wait(1000);
    assert.deepEqual(told.did, ['fork after exit 70', 'pause']);
    assert.deepEqual(told.tell(up, { kind: 'pause', paused: false }).did, ['resume']);
  });
});
