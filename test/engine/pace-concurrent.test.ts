import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Group, Pace } from '../../src/engine/pace.ts';
import { parseConfig } from '../../src/ground/config.ts';
import { openPaceBooks } from '../../src/store/pace-books.ts';

const bench = mkdtempSync(join(tmpdir(), 'listmill-pace-'));
after(() => rmSync(bench, { recursive: true, force: true }));

const group = (domain: string): Group => ({ domain, list: undefined, relays: [], positions: [0] });

test('a limit of batches under way counts also where it is the only one', async () => {
  const { pace: limits } = parseConfig('[[pace]]\nconcurrent = 2\n', 'test');
  const path = join(bench, 'pace.db');
  const pace = new Pace(limits, 1, path, () => openPaceBooks(path));
  const groups = [group('x.example'), group('y.example')];
  const first = await pace.plan(groups, 0);
  assert.equal(first.now.length, 2, 'one batch, whatever the number of its domains');
  const second = await pace.plan(groups, 0);
  assert.equal(second.now.length, 2);
  const third = await pace.plan(groups, 0);
  assert.deepEqual(third.now, []);
  assert.match(third.held?.why ?? '', /site: 2 batches are under way/);
  first[Symbol.dispose]();
  assert.equal((await pace.plan(groups, 0)).now.length, 2);
  await pace.close();
});
