/** Takes back what a storm had counted before it was known to be one. Sets, not rows. */
import type { Cause } from '../model/diagnosis.ts';
import { q, query, sql } from './sql.ts';
import type { Database } from './sqlite.ts';

type About = {
  readonly list: number;
  readonly mailing: string;
  readonly domain: string;
  readonly cause: Cause;
  readonly storm: number;
  readonly now: number;
};

/** What is held from now on. */
const taken = ['counted', 'disabled', 'probed', 'same-day', 'ours'] as const;

/** Marks them first: from then on they are found by their storm. */
const markMailing = query(
  (p: { list: number; mailing: string; domain: string; cause: Cause; storm: number }) =>
    q
      .updateTable('bounce_event')
      .set({ storm: p.storm })
      .where('mailing', '=', p.mailing)
      .where('list', '=', p.list)
      .where('cause', '=', p.cause)
      .where('effect', 'in', [...taken])
      .where('storm', 'is', null)
      .where('member', 'is not', null)
      .where((e) => e.or([e(sql`${p.domain}`, '=', ''), e('domain', '=', p.domain)])),
);
/** The same where no mailing is known: of a day. */
const markDay = query(
  (p: { list: number; since: number; domain: string; cause: Cause; storm: number }) =>
    q
      .updateTable('bounce_event')
      .set({ storm: p.storm })
      .where('list', '=', p.list)
      .where('at', '>=', p.since)
      .where('mailing', '>=', '~')
      .where('cause', '=', p.cause)
      .where('effect', 'in', [...taken])
      .where('storm', 'is', null)
      .where('member', 'is not', null)
      .where((e) => e.or([e(sql`${p.domain}`, '=', ''), e('domain', '=', p.domain)])),
);
const enable = query((p: { storm: number; now: number }) =>
  q
    .updateTable('member')
    .set({ status: 'enabled', status_since: p.now })
    .where('status', '=', 'by-bounces')
    .where('number', 'in', (e) =>
      e
        .selectFrom('bounce_event')
        .innerJoin('bouncer', 'bouncer.disabled_by', 'bounce_event.seq')
        .select('bouncer.member')
        .where('bounce_event.storm', '=', p.storm),
    ),
);
const lower = query((p: { storm: number }) =>
  q
    .updateTable('bouncer')
    .from('bounce_event')
    .set((e) => ({
      // A probe had put the score back; what stood before it was short of the threshold.
      score: sql<number>`case when ${e.ref('bounce_event.effect')} = 'probed' then 0
        else max(0, ${e.ref('bouncer.score')} - ${e.ref('bounce_event.weight')}) end`,
      counted_at: sql<number | null>`case when ${e.ref('bouncer.counted_at')} =
        ${e.ref('bounce_event.at')} then ${e.ref('bounce_event.counted_before')}
        else ${e.ref('bouncer.counted_at')} end`,
      probe_due: sql<number | null>`case when ${e.ref('bounce_event.effect')} = 'probed' then null
        else ${e.ref('bouncer.probe_due')} end`,
      disabled_at: sql<number | null>`case when ${e.ref('bouncer.disabled_by')} =
        ${e.ref('bounce_event.seq')} then null else ${e.ref('bouncer.disabled_at')} end`,
      disabled_by: sql<number | null>`case when ${e.ref('bouncer.disabled_by')} =
        ${e.ref('bounce_event.seq')} then null else ${e.ref('bouncer.disabled_by')} end`,
    }))
    .whereRef('bouncer.member', '=', 'bounce_event.member')
    .where('bounce_event.storm', '=', p.storm),
);
const hold = query((p: { storm: number }) =>
  q.updateTable('bounce_event').set({ effect: 'held', weight: 0 }).where('storm', '=', p.storm),
);

/** After this nobody's score or delivery shows anything of the failures of the storm. */
export function takeBack(db: Database, about: About): void {
  const { list, mailing, domain, cause, storm, now } = about;
  if (mailing.startsWith('~')) {
    const since = Number(mailing.slice(1)) * 86_400_000;
    db.run(markDay, { list, since, domain, cause, storm });
  } else db.run(markMailing, { list, mailing, domain, cause, storm });
  db.run(enable, { storm, now });
  db.run(lower, { storm });
  db.run(hold, { storm });
}
