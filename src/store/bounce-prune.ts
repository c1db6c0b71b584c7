/** Old evidence is forgotten, page by page, so that no writer waits for long. */
import { dayOf } from '../model/score.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

const page = 1000;

const oldest = query((p: { from: number; limit: number }) =>
  q
    .selectFrom('bounce_event')
    .select(['seq', 'at'])
    .where('seq', '>', p.from)
    .orderBy('seq')
    .limit(p.limit),
);
const removeUpTo = query((p: { from: number; to: number; before: number }) =>
  q
    .deleteFrom('bounce_event')
    .where('seq', '>', p.from)
    .where('seq', '<=', p.to)
    .where('at', '<', p.before),
);
const removeTallies = query((p: { before: number }) =>
  q.deleteFrom('bounce_tally').where('at', '<', p.before),
);
const removeStorms = query((p: { before: number }) =>
  q.deleteFrom('bounce_storm').where('last_at', '<', p.before).where('state', '!=', 'open'),
);
const removeOther = query((p: { day: number }) =>
  q.deleteFrom('bounce_other').where('day', '<', p.day),
);
const someIdle = query((p: { after: number; limit: number }) =>
  q
    .selectFrom('bouncer')
    .select('member')
    .select((e) =>
      e
        .and([
          e('score', '=', 0),
          e('disabled_at', 'is', null),
          e('probe_due', 'is', null),
          e.not(
            e.exists(
              e.selectFrom('bounce_event').select('seq').whereRef('seq', '=', 'bouncer.last_event'),
            ),
          ),
        ])
        .as('idle'),
    )
    .where('member', '>', p.after)
    .orderBy('member')
    .limit(p.limit),
);
const removeIdle = query((p: { member: number }) =>
  q.deleteFrom('bouncer').where('member', '=', p.member),
);

/** Forgets failures before `before`, and whoever has no other. Gives the number of failures. */
export async function pruneBounces(db: Database, before: number): Promise<number> {
  let pruned = 0;
  for (let from = 0; ; ) {
    const rows = db.all(oldest, { from, limit: page });
    const last = rows.at(-1);
    if (!last) break;
    const isOld = rows.some(({ at }) => at < before);
    if (isOld) pruned += db.run(removeUpTo, { from, to: last.seq, before }).changes;
    // They stand in the order of time, but for clocks that were set.
    if (rows.length < page || last.at >= before) break;
    from = last.seq;
    await breath();
  }
  db.run(removeTallies, { before });
  db.run(removeStorms, { before });
  db.run(removeOther, { day: dayOf(before) });
  for (let after = 0; ; ) {
    const rows = db.all(someIdle, { after, limit: page });
    db.transaction(() => {
      for (const { member, idle } of rows) if (idle) db.run(removeIdle, { member });
    });
    const last = rows.at(-1);
    if (!last || rows.length < page) return pruned;
    after = last.member;
    await breath();
  }
}

function breath(): Promise<void> {
  return new Promise((resume) => setImmediate(resume));
}
