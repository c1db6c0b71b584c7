import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Pressure, type Strain } from '../../src/mta/pressure.ts';

/** A relay whose time over a message follows from how many connections it has. */
class Relay {
  readonly told: Strain[] = [];
  readonly pressure: Pressure;
  #now = 0;

  constructor(most = 16) {
    this.pressure = new Pressure(most, (strain) => this.told.push(strain));
  }

  /** Messages for so many seconds. */
  run(seconds: number, msOf: (lanes: number) => number): number {
    for (const end = this.#now + seconds * 1000; this.#now < end; ) {
      const ms = msOf(this.pressure.lanes);
      this.#now += ms / this.pressure.lanes;
      this.pressure.took(ms, this.#now);
    }
    return this.pressure.lanes;
  }
}

describe('the connections of a relay', () => {
  test('are as many as may be while it is slow, but no slower with more of them', () => {
    const relay = new Relay();
    assert.equal(
      relay.run(60, () => 100),
      16,
    );
    assert.equal(relay.told.length, 0, 'nobody is told');
  });

  test('become fewer while more of them only make it slower, be it from the start', () => {
    const relay = new Relay();
    // It does ten messages a second, whatever it is offered; the first one did not wait.
    let calls = 0;
    const lanes = relay.run(60, (count) => (calls++ === 0 ? 100 : count * 100));
    assert(lanes < 8, `${lanes} lanes`);
    const { ms, usualMs, most } = relay.told.at(-1) ?? assert.fail('nobody is told');
    assert.equal(most, 16);
    assert.equal(usualMs, 100);
    assert(ms <= 800, `${ms} ms`);
  });

  test('become more, one by one, when it is well again', () => {
    const relay = new Relay();
    relay.run(10, () => 20);
    relay.run(60, (count) => count * 1000);
    const few = relay.pressure.lanes;
    assert(few <= 5, `${few} lanes`);
    const more = relay.run(3, () => 20);
    assert(more > few && more <= few + 3, `${few}, then ${more}`);
    assert.equal(
      relay.run(60, () => 20),
      16,
    );
    assert.equal(relay.told.at(-1)?.lanes, 16);
  });

  test('become fewer while it puts off nearly everybody, and come back after it', () => {
    const told: Strain[] = [];
    const pressure = new Pressure(16, (strain) => told.push(strain));
    let now = 0;
    const lanesAfter = (rounds: number, later: number): number => {
      for (let n = 0; n < rounds * 10; n += 1) {
        now += 100;
        pressure.took(2, now);
        pressure.heard(100 - later, false, now);
        pressure.heard(later, true, now);
      }
      return pressure.lanes;
    };
    assert.equal(lanesAfter(10, 80), 16, 'some of the domains are slow, not the relay');
    assert.equal(told.length, 0);
    assert.equal(lanesAfter(10, 95), 1);
    const { lanes, most, laterShare } = told.at(-1) ?? assert.fail('nobody is told');
    assert.deepEqual([lanes, most], [1, 16]);
    assert(laterShare > 0.9, `${laterShare}`);
    const few = lanesAfter(3, 0);
    assert(few > 1 && few <= 4, `${few} lanes`);
    assert.equal(lanesAfter(20, 0), 16);
    assert.equal(told.at(-1)?.lanes, 16);
  });

  test('are not judged by a few who are put off', () => {
    const pressure = new Pressure(16, () => assert.fail('somebody is told'));
    for (let n = 0; n < 10; n += 1) pressure.heard(1, true, n * 1000);
    assert.equal(pressure.lanes, 16);
  });

  test('come back where it has become slow for good', () => {
    const relay = new Relay();
    relay.run(10, () => 20);
    assert(relay.run(20, () => 2000) < 16);
    assert.equal(
      relay.run(600, () => 2000),
      16,
    );
  });

  test('are not judged by a moment, in which our own machine was busy', () => {
    const relay = new Relay(4);
    relay.run(10, () => 2);
    let calls = 0;
    assert.equal(
      relay.run(1, () => (++calls < 5 ? 900 : 2)),
      4,
    );
    assert.equal(relay.told.length, 0);
  });
});
