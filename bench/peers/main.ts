/**
 * Measures list managers one after the other, those that are named or all, in a network, mounts and
 * processes of its own that the row `peers` made for it. Prints a line of JSON for each figure.
 */
import { existsSync } from 'node:fs';
import { endAll } from '../ends.ts';
import type { Figure } from './figures.ts';
import { listmill } from './listmill.ts';
import { acknowledge, openLoopback } from './loopback.ts';
import { mailman } from './mailman.ts';
import { type Measure, measure } from './measure.ts';
import { mlmmj } from './mlmmj.ts';
import type { Peer } from './peer.ts';
import { sympa } from './sympa.ts';

type Case = Measure & { readonly peer: Peer; readonly acks: 'at once' | 'delayed' };

/** As many members as each of them can serve in some ten seconds: its start takes as long. */
const cases: readonly Case[] = [
  { peer: listmill, isEach: true, members: 150_000, acks: 'at once' },
  { peer: mlmmj, isEach: true, members: 30_000, acks: 'at once' },
  { peer: mailman, isEach: true, members: 600, acks: 'at once' },
  { peer: sympa, isEach: true, members: 250, acks: 'at once' },
  { peer: listmill, isEach: false, members: 100_000, acks: 'delayed' },
  { peer: mlmmj, isEach: false, members: 10_000, acks: 'delayed' },
  { peer: mlmmj, isEach: false, members: 50_000, acks: 'delayed', transaction: 500 },
  { peer: mailman, isEach: false, members: 4000, acks: 'delayed' },
  { peer: sympa, isEach: false, members: 5000, acks: 'delayed' },
  { peer: listmill, isEach: false, members: 100_000, acks: 'at once' },
  { peer: mlmmj, isEach: false, members: 50_000, acks: 'at once', transaction: 500 },
];

const wanted = process.argv.slice(2);
await openLoopback();
for (const { peer, acks, ...how } of cases) {
  if (wanted.length > 0 && !wanted.includes(peer.name)) continue;
  if (!peer.programs.every((program) => existsSync(program))) continue;
  await acknowledge(acks);
  try {
    const perSecond = await measure(peer, how);
    tell({ peer: peer.name, acks, ...how, perSecond });
  } catch (error) {
    const trouble = error instanceof Error ? error.message : String(error);
    tell({ peer: peer.name, acks, ...how, trouble });
  }
}
endAll();
process.exit();

function tell(figure: Figure): void {
  console.log(JSON.stringify(figure));
}
