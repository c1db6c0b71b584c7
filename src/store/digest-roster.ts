/** Who gets one variant of an issue, slice after slice. */
import type { DigestForm, Rhythm } from '../model/digest.ts';
import { filtered, noRecipients, type Recipient } from '../model/recipients.ts';
import { asLines, howMany, linesOf, resting, type Slice } from './roster.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';
import { oldWays } from './ways.ts';

/** Which members a slice takes: those with higher numbers than `after`. */
export type IssueSlice = {
  readonly issue: number;
  readonly variant: number;
  readonly after: number;
  readonly limit: number;
};

const found = query((p: { issue: number; variant: number }) =>
  q
    .selectFrom('digest_issue as issue')
    .innerJoin('digest_variant as variant', 'variant.issue', 'issue.seq')
    .select(['issue.list', 'issue.rhythm', 'issue.newest', 'issue.up_to'])
    .select(['variant.form', 'variant.postings'])
    .where('issue.seq', '=', p.issue)
    .where('variant.variant', '=', p.variant),
);
type Found = { list: number; rhythm: Rhythm; newest: number; up_to: number; form: DigestForm };

const regular = query(
  (p: {
    list: number;
    form: DigestForm;
    rhythm: Rhythm;
    after: number;
    upTo: number;
    limit: number;
  }) =>
    q
      .selectFrom(
        q
          .selectFrom('member')
          .innerJoin('address', 'address.seq', 'member.address')
          .select(['address.address', 'member.number'])
          .where('member.list', '=', p.list)
          .where('member.role', '=', 'member')
          .where('member.mode', '=', p.form)
          .where('member.status', '=', 'enabled')
          .where('member.number', '>', p.after)
          .where('member.number', '<=', p.upTo)
          .where('member.rhythm', '=', p.rhythm)
          .orderBy('member.number')
          .limit(p.limit)
          .as('cut'),
      )
      .select((e) => [e.fn.max('cut.number').as('last'), howMany.as('count')])
      .select(asLines.as('recipients')),
);
const odd = query((p: { issue: number; variant: number; after: number; limit: number }) =>
  q
    .selectFrom(
      q
        .selectFrom('odd')
        .innerJoin('member', 'member.number', 'odd.member')
        .innerJoin('address', 'address.seq', 'member.address')
        .select(['address.address', 'member.number'])
        .where('odd.issue', '=', p.issue)
        .where('odd.variant', '=', p.variant)
        .where('odd.member', '>', p.after)
        .where('member.status', '=', 'enabled')
        .orderBy('odd.member')
        .limit(p.limit)
        .as('cut'),
    )
    .select((e) => [e.fn.max('cut.number').as('last'), howMany.as('count')])
    .select(asLines.as('recipients')),
);
const oddIn = query((p: { issue: number; after: number; upTo: number }) =>
  q
    .selectFrom('odd')
    .select('member')
    .where('issue', '=', p.issue)
    .where('member', '>', p.after)
    .where('member', '<=', p.upTo),
);

/** The next of those who get a variant; an issue that is gone has nobody. */
export function issueSlice(db: Database, of: IssueSlice, now: number): Slice {
  const { issue, variant, after, limit } = of;
  const row = db.get(found, { issue, variant });
  if (!row) return { recipients: noRecipients, cursor: after, done: true };
  const isMain = row.postings === null;
  const cut = isMain
    ? db.get(regular, { ...row, upTo: row.up_to, after, limit })
    : db.get(odd, { issue, variant, after, limit });
  const all = linesOf(cut);
  const cursor = cut?.last ?? after;
  const done = all.length < limit;
  const upTo = isMain && done ? Math.max(row.up_to, cursor) : cursor;
  const odds = isMain ? othersIn(db, row, of, upTo) : { without: new Set<number>(), more: [] };
  for (const { member } of db.all(resting, { now, after, upTo })) odds.without.add(member);
  const { without, more } = odds;
  if (without.size === 0 && more.length === 0) return { recipients: all, cursor, done };
  const wants = (number = 0) => !without.has(number);
  const others = more.filter(([, number]) => wants(number));
  return { recipients: filtered(all, wants, others), cursor, done };
}

/** Who has changed his way since gets the issue as he would have had it; the odd have their own. */
function othersIn(
  db: Database,
  { list, rhythm, newest, form }: Found,
  { issue, after }: IssueSlice,
  upTo: number,
): { readonly without: Set<number>; readonly more: readonly Recipient[] } {
  const without = new Set<number>();
  const more: Recipient[] = [];
  for (const old of oldWays(db, { list, number: newest, after, upTo }).values()) {
    const isOurs = old.mode === form && old.rhythm === rhythm;
    if (!isOurs || !old.enabled) without.add(old.member);
    else if (old.now.mode !== form || old.now.rhythm !== rhythm) {
      more.push([old.address, old.member]);
    }
  }
  for (const { member } of db.all(oddIn, { issue, after, upTo })) without.add(member);
  return { without, more };
}
