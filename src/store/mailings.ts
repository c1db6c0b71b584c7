/** The tally of a mailing, and what MTAs refused of it. */
import type { Change, Refusal } from '../model/change.ts';
import type { Failure } from '../model/failure.ts';
import { type EntryId, rootId } from '../model/ids.ts';
import type { Books, Fact } from './apply.ts';
import { register } from './bounces.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

type Tally = {
  readonly batches: number;
  readonly batchesDone: number;
  readonly recipients: number;
  readonly delivered: number;
  readonly refused: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly cutDone: 0 | 1;
};

const nothing: Tally = {
  batches: 0,
  batchesDone: 0,
  recipients: 0,
  delivered: 0,
  refused: 0,
  failed: 0,
  cancelled: 0,
  cutDone: 0,
};

/** Adds to the tally, which begins with whoever comes first. */
const add = query((p: Tally & { id: string; list: number | null; now: number }) =>
  q
    .insertInto('mailing')
    .values({
      id: p.id,
      list: p.list,
      batches: p.batches,
      batches_done: p.batchesDone,
      recipients: p.recipients,
      delivered: p.delivered,
      refused: p.refused,
      failed: p.failed,
      cancelled: p.cancelled,
      cut_done: p.cutDone,
      started: p.now,
    })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((e) => ({
        batches: e('mailing.batches', '+', e.ref('excluded.batches')),
        batches_done: e('mailing.batches_done', '+', e.ref('excluded.batches_done')),
        recipients: e('mailing.recipients', '+', e.ref('excluded.recipients')),
        delivered: e('mailing.delivered', '+', e.ref('excluded.delivered')),
        refused: e('mailing.refused', '+', e.ref('excluded.refused')),
        failed: e('mailing.failed', '+', e.ref('excluded.failed')),
        cancelled: e('mailing.cancelled', '+', e.ref('excluded.cancelled')),
        cut_done: e.fn<0 | 1>('max', ['mailing.cut_done', 'excluded.cut_done']),
      })),
    )
    .returning(['batches', 'batches_done', 'cut_done', 'finished']),
);

/** Only the first to see all batches done finishes the mailing. */
const finish = query((p: { id: string; now: number }) =>
  q
    .updateTable('mailing')
    .set({ finished: p.now })
    .where('id', '=', p.id)
    .where('finished', 'is', null)
    .returning(['recipients', 'delivered', 'refused', 'failed', 'started']),
);

/** Nobody can want anything of a mailing that is through. */
const forgetOrder = query((p: { mailing: string }) =>
  q.deleteFrom('mailing_order').where('mailing', '=', p.mailing),
);

const addRefusal = query(
  (p: {
    list: number | null;
    member: number | null;
    address: string;
    mailing: string;
    code: number;
    enhanced: string | null;
    text: string;
    at: number;
    cause: string;
  }) =>
    q.insertInto('refusal').values({
      list: p.list,
      member: p.member,
      address: p.address,
      mailing: p.mailing,
      code: p.code,
      enhanced: p.enhanced,
      text: p.text,
      at: p.at,
      cause: p.cause,
    }),
);

/** Longest reply of a server that is kept. */
const maxReplyText = 1000;

export function applyCut(books: Books, change: Extract<Change, { kind: 'cut' }>): Fact | undefined {
  const { batches, recipients, last } = change;
  return tally(books, change, { ...nothing, batches, recipients, cutDone: last ? 1 : 0 });
}

/** Adds what was handed over, and ends the mailing with its last batch. */
export function applyHanded(
  books: Books,
  change: Extract<Change, { kind: 'handed' }>,
): Fact | undefined {
  const { delivered, refused, failed, cancelled = 0, done } = change;
  return tally(books, change, {
    ...nothing,
    delivered,
    refused,
    failed,
    cancelled,
    batchesDone: done ? 1 : 0,
  });
}

function tally(
  { db, lists, now }: Books,
  { mailing, list: id }: { readonly mailing: string; readonly list: string | undefined },
  more: Tally,
): Fact | undefined {
  const list = id === undefined ? undefined : lists.find(id)?.seq;
  const row = db.get(add, { ...more, id: mailing, list: list ?? null, now });
  if (!row || row.finished !== null || row.cut_done === 0 || row.batches_done < row.batches) {
    return undefined;
  }
  const whole = db.get(finish, { id: mailing, now });
  if (!whole) return undefined;
  db.run(forgetOrder, { mailing });
  const { started, ...figures } = whole;
  return {
    kind: 'mailing-finished',
    mailing,
    list: id,
    ...figures,
    ms: Math.max(0, now - started),
  };
}

/** Keeps what was refused as evidence about addresses. */
export function applyRefused(
  books: Books,
  change: Extract<Change, { kind: 'refused' }>,
): undefined {
  const { db, lists, now, cause } = books;
  const list = change.list === undefined ? undefined : lists.find(change.list);
  for (const refusal of change.refusals) {
    db.run(addRefusal, {
      list: list?.seq ?? null,
      member: refusal.member ?? null,
      address: refusal.address,
      mailing: change.mailing,
      code: refusal.code,
      enhanced: refusal.enhanced ?? null,
      text: refusal.text.slice(0, maxReplyText),
      at: now,
      cause,
    });
    // Who has no number is no member: owners, and people to whom we wrote ourselves.
    if (!list || refusal.member === undefined || !refusal.failure) continue;
    register(books, list, failureOf(change.mailing, refusal, refusal.failure));
  }
}

/** A refusal is a failure of which we heard at once, and from the MTA itself. */
function failureOf(
  mailing: EntryId,
  { address, member, code, text }: Refusal,
  failure: NonNullable<Refusal['failure']>,
): Failure {
  return {
    via: 'refused',
    proof: 'smtp',
    member,
    addresses: [address.toLowerCase()],
    mailing: rootId(mailing),
    report: mailing,
    diagnostic: `${code} ${text}`,
    detector: 'smtp',
    ...failure,
  };
}

const unfinished = query(() =>
  q
    .selectFrom('mailing')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('finished', 'is', null),
);

/** Mailings that still have batches on their way. */
export function openMailings(db: Database): number {
  return db.get(unfinished, {})?.count ?? 0;
}
