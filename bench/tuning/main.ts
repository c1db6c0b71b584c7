/**
 * Measures one case after the other, in a network and processes of its own that the row `tuning`
 * made for it. Arguments: those numbers only. Prints a line of JSON for each.
 */
import { endAll } from '../ends.ts';
import { openLoopback } from '../peers/loopback.ts';
import { cases } from './cases.ts';
import { startTunedExim } from './exim.ts';
import { measure } from './measure.ts';
import { startTunedPostfix } from './postfix.ts';

/** Sites make their files for their group only; an MTA wants its own as usual. */
const usualUmask = 0o022;
const start = { Postfix: startTunedPostfix, Exim: startTunedExim };

await openLoopback();
for (const number of process.argv.slice(2).map(Number)) {
  const one = cases[number];
  if (one === undefined) continue;
  process.umask(usualUmask);
  try {
    const effect = await measure((world) => start[one.mta](world, one.settings), one);
    console.log(JSON.stringify({ number, effect }));
  } catch (error) {
    const trouble = error instanceof Error ? error.message : String(error);
    console.log(JSON.stringify({ number, trouble }));
  }
}
endAll();
process.exit();
