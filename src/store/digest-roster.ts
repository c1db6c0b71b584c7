/** Who gets one variant of an issue, slice after slice. */
import assert from 'node:assert/strict';
import type { DigestForm, Rhythm } from '../model/digest.ts';
import type { Recipient } from '../model/entry.ts';
import type { Slice } from './roster.ts';
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
      .limit(p.limit),
);
const odd = query((p: { issue: number; variant: number; after: number; limit: number }) =>
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
    .limit(p.limit),
);
const oddIn = query((p: { issue: number; after: number; upTo: number }) =>
  q
    .selectFrom('odd')
    .select('member')
    .where('issue', '=', p.issue)
    .where('member', '>', p.after)
    .where('member', '<=', p.upTo),
);
const resting = query((p: { list: number; now: number; after: number; upTo: number }) =>
  q
    .selectFrom('pause')
    .innerJoin('member', 'member.number', 'pause.member')
    .select('pause.member')
    .where('pause.member', '>', p.after)
    .where('pause.member', '<=', p.upTo)
    .where('pause.starts', '<=', p.now)
    .where('pause.ends', '>', p.now)
    .where('member.list', '=', p.list),
);

/** The next of those who get a variant; an issue that is gone has nobody. */
export function issueSlice(db: Database, of: IssueSlice, now: number): Slice {
  const { issue, variant, after, limit } = of;
  const row = db.get(found, { issue, variant });
  if (!row) return { recipients: [], cursor: after, done: true };
  const rows =
    row.postings === null
      ? db.rows(regular, { ...row, upTo: row.up_to, after, limit })
      : db.rows(odd, { issue, variant, after, limit });
  const recipients = new Map<number, string>();
  for (const [address, number] of rows) {
    assert(typeof address === 'string' && typeof number === 'number');
    recipients.set(number, address);
  }
  const done = rows.length < limit;
  const last = [...recipients.keys()].at(-1) ?? after;
  const upTo = done ? row.up_to : last;
  if (row.postings === null) asItWas(db, row, of, upTo, recipients);
  const until = Math.max(last, upTo);
  for (const { member } of db.all(resting, { list: row.list, now, after, upTo: until })) {
    recipients.delete(member);
  }
  const numbers = [...recipients.keys()].sort((a, b) => a - b);
  return {
    recipients: numbers.map((number): Recipient => [recipients.get(number) ?? '', number]),
    cursor: last,
    done,
  };
}

/** Who has changed his way since gets the issue as he would have had it; the odd have their own. */
function asItWas(
  db: Database,
  { list, rhythm, newest, form }: Found,
  { issue, after }: IssueSlice,
  upTo: number,
  recipients: Map<number, string>,
): void {
  for (const old of oldWays(db, { list, number: newest, after, upTo }).values()) {
    if (old.mode !== form || old.rhythm !== rhythm || !old.enabled) recipients.delete(old.member);
    else recipients.set(old.member, old.address);
  }
  for (const { member } of db.all(oddIn, { issue, after, upTo })) recipients.delete(member);
}
