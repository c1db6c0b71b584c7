/** Moves those who are staged onto a list, and those who were noted off it, in one transaction. */
import type { DeliveryMode } from '../model/list.ts';
import { lastMember } from './roster.ts';
import type { Database } from './sqlite.ts';
import { insertAddresses, insertMembers, takeOptions, updateMembers } from './stage-queries.ts';
import {
  consentAdded,
  consentRemoved,
  logAdded,
  logRemoved,
  removeGone,
  removeUnusedAddresses,
} from './stage-removal.ts';

/** Onto which list, and by whom. */
export type Move = {
  readonly list: number;
  readonly id: string;
  /** How those get their mail of whom nothing else is said. */
  readonly mode: DeliveryMode;
  readonly now: number;
  readonly cause: string;
  /** How they came or went, for the consent record. */
  readonly way: string;
};

/** Changes those who are there already and staged otherwise; gives their number. */
export function updateStaged(db: Database, { list, mode, now }: Move): number {
  // Who differs in options only is among those that are updated, so these stand behind.
  const { changes } = db.run(updateMembers, { list, now });
  db.run(takeOptions, { list, after: 0, mode });
  return changes;
}

/** Adds those who are not there; gives their number. */
export function insertStaged(db: Database, { list, id, mode, now, cause, way }: Move): number {
  const before = lastMember(db);
  db.run(insertAddresses, { now });
  const { changes } = db.run(insertMembers, { list, mode, now, cause });
  db.run(takeOptions, { list, after: before, mode });
  db.run(consentAdded, { list, id, now, cause, way, after: before });
  db.run(logAdded, { list, id, now, cause, after: before });
  return changes;
}

/** Removes those who were noted; gives their number. */
export function removeTaken(db: Database, { id, now, cause, way }: Move): number {
  db.run(consentRemoved, { id, now, cause, way });
  db.run(logRemoved, { id, now, cause });
  const { changes } = db.run(removeGone, {});
  db.run(removeUnusedAddresses, {});
  return changes;
}
