/**
 * Applies slips: a group in one transaction, each slip whole or not at all.
 *
 * The cause is recorded in the same transaction as what it changes, so a slip that comes again
 * after a crash finds its own mark and changes nothing (I4).
 */

import { errorCode, isPassing, StaleView } from '../ground/errors.ts';
import type { Change } from '../model/change.ts';
import { applyBounced } from './bounces.ts';
import { applyCared, applyUnrecognized } from './care-apply.ts';
import { log } from './change-log.ts';
import { digestAppliers, loggedDigest } from './digest-changes.ts';
import { heldAppliers, loggedHeld } from './held-changes.ts';
import type { Lists } from './lists.ts';
import { applyCut, applyHanded, applyRefused } from './mailings.ts';
import { applyAccepted, applyAuthenticated } from './postings.ts';
import { applySeen } from './seen.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';
import { loggedSubscription, subscriptionAppliers } from './subscription-changes.ts';

/** One step of one entry: what it changes, and what becomes of the entry, as text. */
export type Slip = {
  readonly cause: string;
  readonly changes: readonly Change[];
  readonly fate: string;
};

/** What became true with a slip and is worth a line in the log. */
export type Fact = {
  readonly kind: 'mailing-finished';
  readonly mailing: string;
  readonly list: string | undefined;
  readonly recipients: number;
  readonly delivered: number;
  readonly refused: number;
  readonly failed: number;
  /** From the first cut to the last hand-over. */
  readonly ms: number;
};

export type Applied =
  | { readonly kind: 'applied'; readonly facts: readonly Fact[] }
  /** It was settled before: nothing was done again. */
  | { readonly kind: 'already'; readonly fate: string }
  /** This slip alone was rolled back. */
  | { readonly kind: 'failed'; readonly error: unknown };

/** What a change is applied with. */
export type Books = {
  readonly db: Database;
  readonly lists: Lists;
  readonly now: number;
  readonly cause: string;
};

type Apply<K extends Change['kind']> = (
  books: Books,
  change: Extract<Change, { kind: K }>,
) => Fact | undefined;

/** One function for each kind of change. Twice is once, because the cause is recorded. */
const appliers: { readonly [K in Change['kind']]: Apply<K> } = {
  accepted: applyAccepted,
  authenticated: applyAuthenticated,
  seen: applySeen,
  cut: applyCut,
  ...subscriptionAppliers,
  ...heldAppliers,
  ...digestAppliers,
  handed: applyHanded,
  refused: applyRefused,
  bounced: applyBounced,
  unrecognized: applyUnrecognized,
  cared: applyCared,
};

const settle = query((p: { cause: string; fate: string; at: number }) =>
  q
    .insertInto('settled')
    .values({ cause: p.cause, fate: p.fate, at: p.at })
    .onConflict((conflict) => conflict.doNothing()),
);
const fateOf = query((p: { cause: string }) =>
  q.selectFrom('settled').select('fate').where('cause', '=', p.cause),
);

/** The fate that a cause was settled with, if it was. */
export function settled(db: Database, cause: string): string | undefined {
  return db.get(fateOf, { cause })?.fate;
}

/** Applies slips in one transaction; each is whole or not at all. */
export function applySlips(
  db: Database,
  lists: Lists,
  slips: readonly Slip[],
  now: number,
): Applied[] {
  if (slips.length === 0) return [];
  return db.transaction(() => slips.map((slip) => applySlip(db, lists, slip, now)));
}

function applySlip(db: Database, lists: Lists, slip: Slip, now: number): Applied {
  try {
    return db.savepoint(() => {
      const { cause, fate } = slip;
      if (db.run(settle, { cause, fate, at: now }).changes === 0) {
        return { kind: 'already', fate: settled(db, cause) ?? fate };
      }
      const books = { db, lists, now, cause };
      const facts = slip.changes.map((change) => applyChange(books, change));
      return { kind: 'applied', facts: facts.filter((fact) => fact !== undefined) };
    });
  } catch (error) {
    if (error instanceof StaleView) return { kind: 'failed', error };
    // A trouble of the house ends the group: nothing of it is committed, all of it comes again.
    if (isPassing(error) && !isRowTrouble(error)) throw error;
    return { kind: 'failed', error };
  }
}

/** A row that must not be, as opposed to a disk or a database that fails. */
function isRowTrouble(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  return code.startsWith('SQLITE_CONSTRAINT') || /^SQLITE_(MISMATCH|RANGE|TOOBIG)$/.test(code);
}

function applyChange(books: Books, change: Change): Fact | undefined {
  const fact = dispatch(books, change);
  const line = logged(change);
  if (line) log(books.db, books, line);
  return fact;
}

function dispatch<K extends Change['kind']>(
  books: Books,
  change: Extract<Change, { kind: K }>,
): Fact | undefined {
  const apply: Apply<K> = appliers[change.kind as K];
  return apply(books, change);
}

/** The line about a change: what it was about, and the figures in it. */
function logged(change: Change) {
  const { kind, list } = change;
  switch (kind) {
    case 'accepted':
      return { list, kind, subject: change.posting, detail: { messageId: change.messageId } };
    case 'seen':
    case 'authenticated':
      return undefined; // they go along with another change, or with a hold
    case 'cut':
      return {
        list,
        kind,
        subject: change.mailing,
        detail: { batches: change.batches, recipients: change.recipients, last: change.last },
      };
    case 'handed':
      return {
        list,
        kind,
        subject: change.mailing,
        detail: {
          delivered: change.delivered,
          refused: change.refused,
          failed: change.failed,
          done: change.done,
        },
      };
    case 'refused':
      return {
        list,
        kind,
        subject: change.mailing,
        detail: { refusals: change.refusals.length },
      };
    case 'bounced':
    case 'unrecognized':
      return undefined; // evidence has tables of its own
    case 'cared': {
      const { probed, warned, removed } = change;
      const detail = { probed: probed.length, warned: warned.length, removed: removed.length };
      return { list, kind, subject: '', detail };
    }
    case 'held':
    case 'decided':
    case 'minded':
    case 'deferred':
    case 'shown':
      return loggedHeld(change);
    case 'collected':
    case 'turned':
    case 'issued':
      return loggedDigest(change);
    default:
      return loggedSubscription(change);
  }
}
