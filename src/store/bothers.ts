/**
 * What strangers made us send, and to whom, for a day: over all lists, and each a row of its own,
 * so that two messages at once are both counted.
 */
import { StaleView } from '../ground/errors.ts';
import { dayMs, isTooMany, type SubscriptionChange } from '../model/change-subscription.ts';
import type { Bothered } from '../model/command.ts';
import type { Books } from './apply.ts';
import { q, query, sql } from './sql.ts';
import type { Database } from './sqlite.ts';

/** More than any limit. */
const maxRows = 1000;

/** `ann+1@example.org` and `ann+2@example.org` are read by Ann: they share one limit. */
function mailboxOf(key: string): string {
  return key.replace(/^([^+@]+)\+[^@]*@/, '$1@');
}

const ofTarget = query((p: { target: string; since: number; limit: number }) =>
  q
    .selectFrom('bother')
    .select('at')
    .where('target', '=', p.target)
    .where('at', '>', p.since)
    .limit(p.limit),
);
const ofSource = query((p: { source: string; since: number; limit: number }) =>
  q
    .selectFrom('bother')
    .select('at')
    .where('source', '=', p.source)
    .where('at', '>', p.since)
    .limit(p.limit),
);
const insert = query((p: { target: string; source: string; at: number }) =>
  q.insertInto('bother').values({ target: p.target, source: p.source, at: p.at }),
);
const vouch = query((p: { target: string }) =>
  q.deleteFrom('bother').where('target', '=', p.target),
);
const bySource = query((p: { source: string }) =>
  q.deleteFrom('bother').where('source', '=', p.source),
);
const prune = query((p: { before: number; limit: number }) =>
  q
    .deleteFrom('bother')
    .where('seq', 'in', (e) =>
      e.selectFrom('bother').select('seq').where('at', '<=', p.before).limit(p.limit),
    ),
);
const countOld = query((p: { before: number }) =>
  q.selectFrom('bother').select(sql<number>`count(*)`.as('count')).where('at', '<=', p.before),
);

/** Times of what was sent to a mailbox, and of what a source caused. */
export function bothered(db: Database, to: string, from: string, since: number): Bothered {
  const [target, source] = [mailboxOf(to), mailboxOf(from)];
  const limit = maxRows;
  const times = (rows: readonly { readonly at: number }[]) => rows.map(({ at }) => at);
  return {
    target: times(db.all(ofTarget, { target, since, limit })),
    source: times(db.all(ofSource, { source, since, limit })),
  };
}

/** The step saw room; when another was faster, it looks again and sees none. */
export function applyBothered(
  { db, now }: Books,
  { target, source, limits }: Extract<SubscriptionChange, { kind: 'bothered' }>,
): undefined {
  if (isTooMany(bothered(db, target, source, now - dayMs), limits, now)) {
    throw new StaleView(`${target} was written to meanwhile`);
  }
  db.run(insert, { target: mailboxOf(target), source: mailboxOf(source), at: now });
}

/** Somebody vouched for an address: what strangers did to it is forgotten. */
export function applyVouched(
  { db }: Books,
  { target }: Extract<SubscriptionChange, { kind: 'vouched' }>,
): undefined {
  db.run(vouch, { target: mailboxOf(target) });
}

/** Forgets what no limit counts any more, a page of it. */
export function pruneBothers(db: Database, now: number, limit: number): number {
  return db.run(prune, { before: now - dayMs, limit }).changes;
}

/** How many may be forgotten. */
export function oldBothers(db: Database, now: number): number {
  return db.get(countOld, { before: now - dayMs })?.count ?? 0;
}

/** Forgets what was done to an address, and by it. */
export function forgetBothers(db: Database, key: string): void {
  db.run(vouch, { target: mailboxOf(key) });
  db.run(bySource, { source: mailboxOf(key) });
}
