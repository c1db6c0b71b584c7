import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Relays } from '../../src/mta/relays.ts';

test('relays are chosen by weight, in turn', () => {
  const relays = new Relays([
    { relay: 'a', weight: 3 },
    { relay: 'b', weight: 1 },
    { relay: 'spare', weight: 0 },
  ]);
  const picks = Array.from({ length: 8 }, () => relays.pick(0)).join(' ');
  assert.equal(picks, 'a a b a a a b a');
});

test('a relay that fails is passed over, and the spare is used only when all others are', () => {
  const relays = new Relays([
    { relay: 'a', weight: 1 },
    { relay: 'b', weight: 1 },
    { relay: 'spare', weight: 0 },
  ]);
  relays.failed('a', 0);
  assert.deepEqual([relays.pick(0), relays.pick(0)], ['b', 'b']);
  assert.equal(relays.isRelieved('spare', 0), true);
  relays.failed('b', 0);
  assert.equal(relays.isRelieved('spare', 0), false);
  assert.deepEqual([relays.pick(0), relays.pick(999)], ['spare', 'spare']);
  assert.equal(relays.pausedUntil(0), undefined);
  relays.failed('spare', 0);
  assert.equal(relays.pick(999), undefined);
  assert.equal(relays.pausedUntil(999), 1000);
});

test('it is tried again after 1, 2, 4 ... 60 seconds, by one caller at a time', () => {
  const relays = new Relays([{ relay: 'a', weight: 1 }]);
  let now = 0;
  const waits: number[] = [];
  for (let i = 0; i < 9; i++) {
    relays.failed('a', now);
    const until = relays.pausedUntil(now) ?? now;
    waits.push((until - now) / 1000);
    assert.equal(relays.pick(until - 1), undefined);
    now = until;
    assert.equal(relays.pick(now), 'a');
    assert.equal(relays.pick(now), undefined, 'the others wait for the outcome');
  }
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
  relays.succeeded('a');
  assert.equal(relays.pick(now), 'a');
  assert.equal(relays.pick(now), 'a');
  relays.failed('a', now);
  assert.equal(relays.pausedUntil(now), now + 1000, 'a success clears the record');
});

test('a trial that nobody reports on ends by itself', () => {
  const relays = new Relays([{ relay: 'a', weight: 1 }]);
  relays.failed('a', 0);
  assert.equal(relays.pick(1000), 'a');
  assert.equal(relays.pick(1999), undefined);
  assert.equal(relays.pick(2000), 'a');
});

test('connections that break together are one failure', () => {
  const relays = new Relays([{ relay: 'a', weight: 1 }]);
  for (let i = 0; i < 5; i++) relays.failed('a', i);
  assert.equal(relays.pausedUntil(5), 1000);
});
