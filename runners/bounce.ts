/**
 * bounce - read what comes back, and book whose copy it was and why
 *
 * Reports that are ready together are booked in one transaction. Whom a report charges is what the
 * envelope says, which we signed; what happens to him is decided where it is booked.
 *
 * Store:  reads lists and owners; writes failures, scores, delivery status, storms
 * Fails:  store or disk not ready, the report waits; anything else, it is shunted
 * Bugs:   return paths from before a rename prove nothing where the old address was given up
 */
import { Allowance } from '../src/engine/allowance.ts';
import { roundStep } from '../src/engine/bounce-round.ts';
import { bounceStep } from '../src/engine/bounces.ts';
import { defineEquipped } from '../src/engine/define.ts';
import { Peers } from '../src/engine/peers.ts';
import { siteTexts } from '../src/engine/templates.ts';

export const runner = defineEquipped(
  { reads: 'bounce', writes: ['virgin'], batch: 500 },
  async (site) => {
    const { bounces } = await site.store();
    site.bufferLog();
    const verpKey = site.secret().for('verp');
    const parts = {
      verpKey,
      peers: new Peers((list) => bounces.providers(list)),
      allowance: new Allowance(),
      shownToday: bounces.shownToday.bind(bounces),
      care: bounces.care.bind(bounces),
      texts: siteTexts(site.paths.templates, site.log),
    };
    return {
      step: (entry, desk) =>
        entry.meta.work.kind === 'round'
          ? roundStep(entry, desk, parts)
          : bounceStep(entry, desk, parts),
      close: async () => undefined,
    };
  },
);
