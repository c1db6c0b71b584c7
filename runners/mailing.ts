/**
 * mailing - cut the roster into batches, slice by slice
 *
 * A slice is a step of its own, so a mailing to a million is handed over from its first slice on,
 * another one gets its turn in between, and a crash repeats no slice. The snapshot is the highest
 * member number at acceptance: who joined later is not in it, who left before his slice is cut
 * gets nothing, and everybody else is cut exactly once, because numbers never change.
 *
 * Store:  reads the roster; writes the mailing's totals
 * Fails:  store or disk not ready, the mailing waits
 * Bugs:   recipients are sorted by domain within a slice, not over the whole roster
 */
import { cutMailing, keepsQuiet } from '../src/engine/cutting.ts';
import { defineRunner } from '../src/engine/define.ts';
import { haltOf } from '../src/engine/mailing-watch.ts';
import type { EntryId, ListId } from '../src/model/ids.ts';
import { finish, type Letter, later, letter, type Outcome, park } from '../src/model/outcome.ts';

export const runner = defineRunner(
  { reads: 'mailing', writes: ['outgoing'], batch: 8 },
  async (entry, desk) => {
    const { meta } = entry;
    const { work } = meta;
    if (work.kind !== 'mailing' || !meta.list) {
      return { fate: park('shunt', `no mailing but ${work.kind}`) };
    }
    const quiet = keepsQuiet(work.audience) ? meta.list : undefined;
    const halt = await haltOf(desk.books, { mailing: meta.id, quiet }, desk.now);
    if (halt?.kind === 'rest') return { fate: later(halt.until, { why: halt.why }) };
    if (halt?.kind === 'cancel') return cancelled(meta.list, meta.id);
    const cut = await cutMailing(desk, meta.list, meta.id, work);
    const puts = cut.batches.map(
      (batch, n): Letter<'outgoing'> =>
        letter('outgoing', meta, batch, { key: `b${work.batches + n}` }),
    );
    return {
      changes: [cut.change],
      puts,
      fate: cut.rest === undefined ? finish : later(desk.now, { work: cut.rest }),
      tell: cut.tell,
    };
  },
);

/** Nobody else is cut; what was cut before ends in `outgoing`. */
function cancelled(list: ListId, mailing: EntryId): Outcome<'outgoing'> {
  const nobody = { batches: 0, recipients: 0, last: true };
  return {
    changes: [{ kind: 'cut', list, mailing, ...nobody }],
    fate: finish,
    tell: { event: 'cancelled' },
  };
}
