import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  emptyWindow,
  nextRoom,
  rateOf,
  roomIn,
  slower,
  type Window,
  warmUpRate,
  windowAt,
} from '../../src/model/pace.ts';

const rate = { most: 100, perMs: 10_000 };

/** Sends whenever there is room, as much as there is; gives when each was sent. */
function sendAll(count: number, start: number): number[] {
  const sent: number[] = [];
  let window: Window = emptyWindow;
  for (let now = start; sent.length < count; ) {
    const room = Math.min(roomIn(window, rate, now), count - sent.length);
    for (let n = 0; n < room; n += 1) sent.push(now);
    const at = windowAt(window, rate.perMs, now);
    window = { ...at, current: at.current + room };
    now = Math.max(now + 1, nextRoom(window, rate, now));
  }
  return sent;
}

describe('a sliding window', () => {
  test('lets a first burst go, and then as much as the rate says', () => {
    const start = 1_000_003_000;
    const sent = sendAll(1000, start);
    assert.equal(sent.filter((at) => at === start).length, 100);
    const tookMs = (sent.at(-1) ?? 0) - start;
    assert(tookMs >= 85_000 && tookMs <= 110_000, `${tookMs} ms`);
  });

  test('never has much more than the limit in any ten seconds', () => {
    const sent = sendAll(1000, 1_000_009_500);
    for (const [n, at] of sent.entries()) {
      const within = sent.slice(n).filter((other) => other < at + rate.perMs).length;
      // What was sent in the window before counts as spread evenly, which a first burst is not.
      assert(within <= rate.most * 2, `${within} within ten seconds`);
    }
    const later = sent.slice(300);
    for (const [n, at] of later.entries()) {
      const within = later.slice(n).filter((other) => other < at + rate.perMs).length;
      assert(within <= rate.most * 1.3, `${within} within ten seconds`);
    }
  });

  test('begins anew when the clock goes back', () => {
    const full = { start: 2_000_000_000, current: 100, before: 0 };
    assert.equal(roomIn(full, rate, 2_000_000_001), 0);
    assert.equal(roomIn(full, rate, 1_000_000_000), 100);
  });
});

describe('a server that says "later"', () => {
  const course = { delivered: 0, deferred: 20, why: '421 too fast', ms: 1000 };
  const now = 1_000_000;

  test('is left alone for a while, and then gets half as much', () => {
    const slow = slower(undefined, course, now);
    assert.deepEqual(slow && [slow.rate, slow.until - now, slow.why], [10, 30_000, '421 too fast']);
    const again = slower(slow, course, now + 40_000);
    assert.deepEqual(again && [again.rate, again.until - now - 40_000], [5, 60_000]);
  });

  test('gets more again when all goes well, and in the end all', () => {
    let slow = slower(undefined, course, now);
    let rounds = 0;
    for (let at = now; slow; at += 31_000) {
      slow = slower(slow, { ...course, delivered: 10, deferred: 0 }, at + 31_000);
      rounds += 1;
    }
    assert(rounds > 3 && rounds < 12, `${rounds} rounds`);
  });

  test('is not meant by a few: that is greylisting', () => {
    assert.equal(slower(undefined, { ...course, deferred: 4 }, now), undefined);
    assert.equal(slower(undefined, { ...course, deferred: 20, delivered: 21 }, now), undefined);
  });

  test('may get less than one a second', () => {
    const slow = { rate: 0.1, until: 0, strikes: 1, why: '', at: 0 };
    assert.deepEqual(rateOf(slow), { most: 1, perMs: 10_000 });
    assert.deepEqual(rateOf({ ...slow, rate: 2.5 }), { most: 25, perMs: 10_000 });
  });
});

test('a warm-up plan says how many today, and nothing after its end', () => {
  const from = Date.parse('2026-11-24');
  const day = 86_400_000;
  const on = (days: number) => warmUpRate([50, 100], from, from + days * day)?.most;
  assert.deepEqual([on(-1), on(0), on(1.9), on(2)], [undefined, 50, 100, undefined]);
});
