/**
 * The storm guard: when many copies fail alike, the fault is hardly theirs. Failures are tallied by
 * mailing and cause, over all and by provider; when a tally passes its share, what it had counted
 * is taken back, and all that follows is held until a person decides.
 */
import type { Cause } from '../model/diagnosis.ts';
import type { Failure } from '../model/failure.ts';
import { dayOf } from '../model/score.ts';
import type { Books } from './apply.ts';
import type { StormState } from './bounce-tables.ts';
import { log } from './change-log.ts';
import type { Known } from './lists.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';
import { takeBack } from './storm-undo.ts';

const dayMs = 86_400_000;
/** An outage may meet the next mailing, too: an open storm is over when it was quiet so long. */
const quietMs = 2 * dayMs;

/** A failure, and the member's domain. */
export type Blow = Pick<Failure, 'cause' | 'mailing' | 'audience' | 'peers'> & {
  readonly domain: string;
};

const tally = query(
  (p: { list: number; mailing: string; domain: string; cause: Cause; at: number }) =>
    q
      .insertInto('bounce_tally')
      .values({
        list: p.list,
        mailing: p.mailing,
        domain: p.domain,
        cause: p.cause,
        failures: 1,
        at: p.at,
      })
      .onConflict((conflict) =>
        conflict.columns(['list', 'mailing', 'domain', 'cause']).doUpdateSet((e) => ({
          failures: e('bounce_tally.failures', '+', 1),
          at: e.ref('excluded.at'),
        })),
      )
      .returning('failures'),
);
const recipients = query((p: { from: string; to: string }) =>
  q
    .selectFrom('mailing')
    .select((e) => e.fn.sum<number | null>('recipients').as('recipients'))
    .where('id', '>=', p.from)
    .where('id', '<', p.to),
);
const known = query((p: { list: number; cause: Cause; domain: string }) =>
  q
    .selectFrom('bounce_storm')
    .select(['seq', 'mailing', 'domain', 'state', 'last_at'])
    .where('list', '=', p.list)
    .where('cause', '=', p.cause)
    .where('domain', 'in', ['', p.domain])
    .orderBy('seq', 'desc')
    .limit(maxStorms),
);
const maxStorms = 20;
const anyStorm = query((p: { list: number }) =>
  q.selectFrom('bounce_storm').select('seq').where('list', '=', p.list).limit(1),
);
const begin = query(
  (p: {
    list: number;
    mailing: string;
    domain: string;
    cause: Cause;
    failures: number;
    of: number;
    now: number;
  }) =>
    q.insertInto('bounce_storm').values({
      list: p.list,
      mailing: p.mailing,
      domain: p.domain,
      cause: p.cause,
      failures: p.failures,
      of: p.of,
      state: 'open',
      began: p.now,
      last_at: p.now,
      decided_at: null,
      decided_by: null,
      told_at: null,
    }),
);
const swell = query((p: { seq: number; now: number }) =>
  q
    .updateTable('bounce_storm')
    .set((e) => ({ failures: e('failures', '+', 1), last_at: p.now }))
    .where('seq', '=', p.seq),
);

/** Under what a failure is tallied: its mailing; a day, where that is not known. */
export function tallyKey({ mailing }: Pick<Failure, 'mailing'>, now: number): string {
  return mailing ?? `~${dayOf(now)}`;
}

/** The storm that a failure belongs to, if it is open still, or was dropped. */
export function openStormFor(
  db: Database,
  list: Known,
  blow: Blow,
  now: number,
): { readonly seq: number; readonly state: StormState } | undefined {
  if (!db.get(anyStorm, { list: list.seq })) return undefined;
  const key = tallyKey(blow, now);
  const rows = db.all(known, { list: list.seq, cause: blow.cause, domain: blow.domain });
  const found = rows.find(
    ({ state, mailing, domain, last_at }) =>
      (state !== 'released' && mailing === key) ||
      // Of another mailing: only a provider's trouble goes on.
      (state === 'open' && domain !== '' && now - last_at <= quietMs),
  );
  if (found?.state === 'open') db.run(swell, { seq: found.seq, now });
  return found;
}

/** Tallies a failure; the storm that it makes, where it is the one too many. */
export function breakStorm(books: Books, list: Known, blow: Blow): number | undefined {
  const { db, now } = books;
  const mailing = tallyKey(blow, now);
  const about = { list: list.seq, mailing, cause: blow.cause };
  const [all, provider] = ['', blow.domain].map(
    (domain) => db.get(tally, { ...about, domain, at: now })?.failures ?? 0,
  );
  const { bounceStormPercent: percent, bounceStormMinimum: least } = list.view.settings;
  if (percent === 0) return undefined;
  const isStorm = (failures: number, of: number): boolean =>
    failures >= least && of > 0 && failures * 100 >= of * percent;
  const open = (domain: string, failures: number, of: number): number | undefined => {
    const rows = db.all(known, { list: list.seq, cause: blow.cause, domain });
    // Once decided, it is not opened again by what comes late.
    if (rows.some((row) => row.mailing === mailing && row.domain === domain)) return undefined;
    const storm = db.run(begin, { ...about, domain, failures, of, now }).lastKey;
    takeBack(db, { ...about, domain, storm, now });
    const detail = { storm, domain, cause: blow.cause, failures, of };
    log(db, books, { list: list.view.id, kind: 'bounce-storm', subject: mailing, detail });
    return storm;
  };
  if (isStorm(provider ?? 0, blow.peers)) {
    const storm = open(blow.domain, provider ?? 0, blow.peers);
    if (storm !== undefined) return storm;
  }
  if ((all ?? 0) < least) return undefined;
  const of = sizeOf(db, blow) || blow.audience;
  return isStorm(all ?? 0, of) ? open('', all ?? 0, of) : undefined;
}

/** To how many a mailing went. */
function sizeOf(db: Database, { mailing }: Blow): number {
  if (mailing === undefined) return 0;
  return db.get(recipients, { from: `${mailing}-`, to: `${mailing}.` })?.recipients ?? 0;
}
