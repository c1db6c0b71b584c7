/** `npm run torture [-- --minutes N] [--seed N]`: exit code 0 when nobody was lost. */
import { parseArgs } from 'node:util';
import { mountDisk } from '../failures/small-disk.ts';
import { torture } from './torture.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const diskKib = 131_072;
const disk = mountDisk(diskKib);
if (typeof disk === 'string')
  console.log(`the disk will not fill up: it cannot be mounted: ${disk}`);
using mounted = typeof disk === 'string' ? undefined : disk;
const seed = Number(values.seed);
console.log(`seed ${seed}, ${values.minutes} minutes of harm`);
const report = await torture({
  ms: Number(values.minutes) * 60_000,
  seed,
  disk: mounted,
  say: (line) => console.log(line),
});
const { postings, promised, lost, repeated, mayRepeat, harm, wrong } = report;
console.log(`${postings} postings, ${promised} copies promised`);
console.log(`lost: ${lost}`);
console.log(`got again: ${repeated} (in flight on cut connections: at most ${mayRepeat})`);
console.log(
  `harm: ${Object.entries(harm)
    .map(([what, n]) => `${n} ${what}`)
    .join(', ')}`,
);
for (const line of wrong) console.log(`wrong: ${line}`);
process.exitCode = lost === 0 && repeated <= mayRepeat && wrong.length === 0 ? 0 : 1;
