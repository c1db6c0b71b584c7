import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { Pace } from '../../src/engine/pace.ts';
import type { Group } from '../../src/engine/pace-limits.ts';
import { parseConfig } from '../../src/ground/config.ts';
import { openPaceBooks } from '../../src/store/pace-books.ts';
import { goodMs } from '../../src/store/under-way-books.ts';

const bench = mkdtempSync(join(tmpdir(), 'listmill-pace-'));
after(() => rmSync(bench, { recursive: true, force: true }));
let sites = 0;

/** The workers of one site, each by its name. */
function workers(toml: string): (holder: string) => Pace {
  const { pace: limits } = parseConfig(toml, 'test');
  sites += 1;
  const path = join(bench, `pace-${sites}.db`);
  const open = () => openPaceBooks(path);
  const failed = (error: unknown) => {
    throw error;
  };
  return (holder) => new Pace({ limits, holder, path, open, now: () => 0, failed });
}

const group = (domain: string, list?: string): Group => {
  return { domain, list, relays: [], positions: [0] };
};

describe('a limit of messages that are under way', () => {
  test('counts also where it is the only one, and a batch once', async () => {
    const pace = workers('[[pace]]\nconcurrent = 2\n')('outgoing-1');
    const groups = [group('x.example'), group('y.example')];
    const first = await pace.plan(groups, 0);
    assert.equal(first.now.length, 2, 'one message, whatever the number of its domains');
    const second = await pace.plan(groups, 0);
    assert.equal(second.now.length, 2);
    const third = await pace.plan(groups, 0);
    assert.deepEqual(third.now, []);
    assert.match(third.held?.why ?? '', /site: 2 under way at once is the limit/);
    await first[Symbol.asyncDispose]();
    assert.equal((await pace.plan(groups, 0)).now.length, 2);
    await pace.close();
  });

  test('holds for all workers together, also where there are more workers than it', async () => {
    const worker = workers('[[pace]]\nlist = "cats.example.com"\nconcurrent = 1\n');
    const [one, two] = [worker('outgoing-1'), worker('outgoing-2')];
    const cats = [group('x.example', 'cats.example.com')];
    const first = await one.plan(cats, 0);
    assert.deepEqual(first.now, [0]);
    const told = await two.plan(cats, 0);
    assert.deepEqual(told.now, []);
    assert.match(
      told.held?.why ?? '',
      /^list cats\.example\.com: 1 under way at once is the limit$/,
    );
    assert.deepEqual((await two.plan([group('x.example', 'dogs.example.com')], 0)).now, [0]);
    await first[Symbol.asyncDispose]();
    assert.deepEqual((await two.plan(cats, 0)).now, [0]);
    assert.deepEqual((await one.plan(cats, 0)).now, []);
    await two.close();
    assert.deepEqual((await one.plan(cats, 0)).now, [0]);
    await one.close();
  });

  test('forgets what a killed worker had, when it is back or when it stays away', async () => {
    const worker = workers('[[pace]]\nconcurrent = 1\n');
    const killed = worker('outgoing-1');
    assert.deepEqual((await killed.plan([group('x.example')], 0)).now, [0]);
    const other = worker('outgoing-2');
    assert.deepEqual((await other.plan([group('x.example')], goodMs - 1)).now, []);
    const back = worker('outgoing-1');
    const again = await back.plan([group('x.example')], 1);
    assert.deepEqual(again.now, [0], 'its successor begins with nothing');
    assert.deepEqual((await other.plan([group('x.example')], goodMs)).now, []);
    assert.deepEqual((await other.plan([group('x.example')], goodMs + 1)).now, [0]);
    // The clock goes back: what is good until then would be good for hours.
    const third = worker('outgoing-3');
    assert.deepEqual((await third.plan([group('x.example')], -3_600_000)).now, [0]);
    for (const one of [killed, other, back, third]) await one.close();
  });

  test('gives back what it counted where another limit has no room', async () => {
    const toml =
      '[[pace]]\nconcurrent = 1\n[[pace]]\ndomain = "x.example"\nmessages = 1\nperMs = 1000\n';
    const pace = workers(toml)('outgoing-1');
    await (await pace.plan([group('x.example')], 0))[Symbol.asyncDispose]();
    const full = await pace.plan([group('x.example')], 0);
    assert.deepEqual(full.now, []);
    assert.deepEqual((await pace.plan([group('y.example')], 0)).now, [0]);
    await pace.close();
  });

  test('gives as many places as are wanted and free, and lets those who share them go together', async () => {
    const toml = '[[pace]]\nconcurrent = 5\n[[pace]]\ndomain = "x.example"\nconcurrent = 2\n';
    const worker = workers(toml);
    const [one, two] = [worker('outgoing-1'), worker('outgoing-2')];
    const groups = ['x.example', 'y.example', 'z.example'].map((domain) => group(domain));
    const [atX = [], others = []] = one.lotsOf(groups);
    assert.deepEqual([atX.length, others.length], [1, 2]);
    const first = await one.plan(atX, 0, 8);
    assert.equal(first.most, 2);
    const second = await two.plan(others, 0, 8);
    assert.deepEqual([second.now.length, second.most, second.isFull], [2, 3, false]);
    assert.equal((await one.plan(others, 0, 8)).isFull, true);
    await first[Symbol.asyncDispose]();
    assert.equal((await one.plan(others, 0, 8)).most, 2, 'all that were taken are given back');
    await one.close();
    await two.close();
  });
});
