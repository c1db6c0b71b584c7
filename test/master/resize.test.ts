import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { firstSize, resize, type Size } from '../../src/master/resize.ts';
import { beatOf } from './literals.ts';

const bounds = { minWorkers: 1, maxWorkers: 4 };
const rules = { backlogPerWorker: 50, shrinkMs: 60_000 };

function after(size: Size, waiting: number, now: number, state: 'idle' | 'waiting' = 'idle') {
  return resize(size, bounds, [beatOf({ waiting, state })], rules, now);
}

describe('the size of a runner', () => {
  test('begins at its least and follows a backlog up that lasts, one at a time', () => {
    assert.equal(firstSize(bounds).target, 1);
    for (const [waiting, targets] of [
      [50, [1, 1, 1, 1]],
      [51, [1, 2, 2, 2]],
      [150, [1, 2, 3, 3]],
      [1_000_000, [1, 2, 3, 4]],
    ] as const) {
      let size = firstSize(bounds);
      for (const [n, target] of targets.entries()) {
        size = after(size, waiting, n * 2000);
        assert.equal(size.target, target);
        size = after(size, waiting, n * 2000 + 1900);
        assert.equal(size.target, target);
      }
    }
  });

  test('does not grow while the processors have no time for one more', () => {
    const waiting = [beatOf({ waiting: 1000 })];
    let size = firstSize(bounds);
    for (let at = 0; at <= 10_000; at += 1000) {
      size = resize(size, bounds, waiting, { ...rules, isCrowded: true }, at);
    }
    assert.equal(size.target, 1);
    assert.equal(resize(size, bounds, waiting, rules, 11_000).target, 2);
  });

  test('goes down one at a time, each after a quiet minute', () => {
    let size: Size = { target: 4, quietSince: undefined };
    const targets: number[] = [];
    for (let second = 0; second <= 200; second += 10) {
      size = after(size, 0, second * 1000);
      targets.push(size.target);
    }
    assert.deepEqual(targets, [4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1]);
  });

  test('does not swing on a backlog that comes and goes', () => {
    let size: Size = { target: 2, quietSince: undefined };
    for (let second = 0; second < 600; second += 10) {
      size = after(size, second % 50 === 0 ? 45 : 0, second * 1000);
      assert.equal(size.target, 2);
    }
  });

  test('takes no notice of a backlog of a moment', () => {
    let size = firstSize(bounds);
    for (let second = 0; second < 60; second += 1) {
      size = after(size, second % 2 === 0 ? 1000 : 0, second * 1000);
      assert.equal(size.target, 1);
    }
  });

  test('stays when all wait for an MTA that is down', () => {
    assert.equal(after(firstSize(bounds), 1000, 0, 'waiting').target, 1);
  });

  test('stays when nothing is heard', () => {
    assert.equal(resize({ target: 3, quietSince: 0 }, bounds, [], rules, 1e9).target, 3);
  });

  test('follows new bounds at once', () => {
    const narrow = { minWorkers: 2, maxWorkers: 2 };
    assert.equal(resize({ target: 4, quietSince: 5 }, narrow, [], rules, 0).target, 2);
    assert.equal(resize({ target: 1, quietSince: 5 }, narrow, [], rules, 0).target, 2);
  });
});
