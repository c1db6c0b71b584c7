/** Rosters of lists that have to do with one another. */
import type { Crossing } from '../model/crossing.ts';
import type { ListId } from '../model/ids.ts';
import { noRecipients } from '../model/recipients.ts';
import { acceptedBefore } from './crossings.ts';
import type { Lists } from './lists.ts';
import { type Slice, type SliceOf, slice } from './roster.ts';
import type { Database } from './sqlite.ts';

/** A slice, the other lists in it by their ids. */
export type RosterOrder = Omit<SliceOf, 'crossings' | 'notOf'> & {
  readonly crossings?: readonly Crossing[] | undefined;
  readonly notOf?: readonly ListId[] | undefined;
};

/** A posting that went to several lists. */
export type Cross = {
  readonly root: string;
  readonly messageId: string;
  readonly others: readonly ListId[];
};

/** The next of those who get single copies. */
export function rosterSlice(
  db: Database,
  lists: Lists,
  list: ListId,
  { crossings = [], notOf = [], ...rest }: RosterOrder,
  now: number,
): Slice {
  const known = lists.find(list);
  if (!known) return { recipients: noRecipients, cursor: rest.after, done: true };
  const of: SliceOf = {
    ...rest,
    crossings: crossings.flatMap((one) => {
      const other = lists.find(one.list);
      return other ? [{ ...one, list: other }] : [];
    }),
    notOf: seqsOf(lists, notOf),
  };
  return slice(db, known, of, now);
}

/** Which of the other lists accepted the posting before this one did. */
export function crossingsOf(
  db: Database,
  lists: Lists,
  list: ListId,
  { root, messageId, others }: Cross,
): readonly Crossing[] {
  const known = lists.find(list);
  if (!known) return [];
  const seqs = new Map(others.flatMap((id) => seqsOf(lists, [id]).map((seq) => [seq, id])));
  const found = acceptedBefore(db, known.seq, root, messageId, [...seqs.keys()]);
  return found.flatMap(({ list: seq, at }) => {
    const id = seqs.get(seq);
    return id === undefined ? [] : [{ list: id, at }];
  });
}

function seqsOf(lists: Lists, ids: readonly ListId[]): number[] {
  return ids.flatMap((id) => lists.find(id)?.seq ?? []);
}
