import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from '../../src/engine/pace.ts';
import type { Site } from '../../src/engine/site.ts';
import type { Strain } from '../../src/mta/pressure.ts';
import { openPaceBooks } from '../../src/store/pace-books.ts';
import { makeSite } from '../site.ts';
import { say } from './said.ts';

const day = new Date().toISOString().slice(0, 10);

function paceOf({ config, paths }: Site): Pace {
  return new Pace({
    limits: config.pace,
    holder: 'outgoing-1',
    path: paths.pace,
    open: () => openPaceBooks(paths.pace),
    now: Date.now,
    failed: (error) => {
      throw error;
    },
  });
}

test('status says which relay strains, by its times or its answers, until it is well', async () => {
  await using made = await makeSite();
  const site = made.open();
  const pace = paceOf(site);
  const strained: Strain = { lanes: 4, most: 16, ms: 812.4, usualMs: 95.2, laterShare: 0 };
  pace.strain('main', strained, 101, Date.now());
  pace.strain('far', { ...strained, ms: 0, usualMs: 0, laterShare: 0.93 }, 102, Date.now());
  pace.strain('well', { ...strained, lanes: 16 }, 103, Date.now());
  pace.strain('past', strained, 104, Date.now() - 3_600_000);
  await pace.close();
  const { out } = await say(made, 'status');
  assert.match(
    out,
    /^relay main +- +- +worker 101 uses 4 of 16 connections: 812 ms a message, 95 ms at its best$/m,
  );
  assert.match(out, /^relay far .*uses 4 of 16 connections: it put off 93 % of the recipients/m);
  assert.doesNotMatch(out, /relay (?:well|past)/);
  await site.close();
});

test('status says what a plan to warm up, or batches under way, hold back', async () => {
  const warm = `[[relay]]\nname = "new"\n[[pace]]\nrelay = "new"\nwarmUp = [2, 2]\nwarmUpFrom = "${day}"\n`;
  await using made = await makeSite(`${warm}[[pace]]\nlist = "cats.example.com"\nconcurrent = 1\n`);
  const site = made.open();
  const pace = paceOf(site);
  const group = { domain: 'x.example', list: 'cats.example.com', relays: ['new'] };
  // What is under way is asked for again in a second: a slow machine takes longer to look.
  const soon = Date.now() + 60_000;
  const first = await pace.plan([{ ...group, positions: [0, 1, 2] }], soon);
  assert.deepEqual(first.now, [0, 1]);
  const other = { ...group, relays: [], positions: [0] };
  assert.deepEqual((await pace.plan([other], soon)).now, []);
  const { paces } = JSON.parse((await say(made, 'status', '--json')).out);
  const told = paces.map(({ what, why }: { what: string; why: string }) => `${what} | ${why}`);
  assert.deepEqual(told.sort(), [
    'list cats.example.com | list cats.example.com: 1 under way at once is the limit',
    'relay new, warming up | limit: relay new, warming up',
  ]);
  await pace.close();
  await site.close();
});
