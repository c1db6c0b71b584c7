/** A short torture: see `npm run torture` for longer ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mountSmall, noSmallDisk } from '../failures/small-disk.ts';
import { torture } from '../torture/torture.ts';

const ms = 120_000;
const every = [
  ...['worker', 'workers', 'master', 'masters', 'crash', 'storm', 'full', 'jump'],
  ...['reset', 'reset-reply', 'silent', 'slow'],
];
const diskKib = 131_072;

test('killed, cut off, put off, filled up: nobody is lost, and twice comes only what was in flight', {
  skip: noSmallDisk,
}, async (t) => {
  using disk = mountSmall(diskKib);
  const seed = Date.now() % 1_000_000;
  t.diagnostic(`seed ${seed}`);
  const report = await torture({
    ms,
    seed,
    disk,
    harms: every,
    say: (line) => t.diagnostic(line),
  });
  t.diagnostic(JSON.stringify(report));
  assert.equal(report.lost, 0);
  assert.deepEqual(report.wrong, []);
  assert(report.repeated <= report.mayRepeat, `${report.repeated} came again`);
  for (const harm of every) assert(report.harm[harm] ?? 0, `nothing was done of ${harm}`);
  assert(report.postings > 5 && report.promised > 0);
});
