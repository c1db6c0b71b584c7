/**
 * Cuts a mailing: the next slice of its roster into batches, and what is left to be cut after it.
 * The runner `mailing` does it slice by slice; the pipeline where one batch is all there is.
 */
import type { Audience } from '../model/audience.ts';
import type { Change } from '../model/change.ts';
import type { WorkOf } from '../model/entry.ts';
import type { EntryId, ListId } from '../model/ids.ts';
import type { ListView } from '../model/list.ts';
import type { Told } from '../model/outcome.ts';
import type { Personal } from '../model/personal.ts';
import {
  byDomain,
  eachRecipient,
  type Recipient,
  type Recipients,
  recipientsOf,
  selected,
} from '../model/recipients.ts';
import type { Desk, Slice } from './desk.ts';
import { nextMembers } from './readers.ts';

export type Cut = {
  readonly batches: readonly WorkOf<'batch'>[];
  readonly change: Change;
  /** The mailing after this slice; undefined when nobody is left. */
  readonly rest: WorkOf<'mailing'> | undefined;
  readonly tell: Told;
};

/** Cuts the next slice of a mailing of a list. */
export async function cutMailing(
  desk: Desk,
  list: ListId,
  mailing: EntryId,
  work: WorkOf<'mailing'>,
): Promise<Cut> {
  const slice = await cutSlice(desk, list, work);
  const { membersOf } = slice;
  const personal =
    membersOf === undefined
      ? work.personal
      : personalOf(work.personal, await desk.books.list(membersOf));
  const groups = batchesOf(slice.recipients, desk.config.outgoing.batchRecipients);
  const batches = groups.map(
    (recipients): WorkOf<'batch'> => ({
      kind: 'batch',
      mailing,
      mode: work.mode,
      returnPath: work.returnPath,
      ...(work.dsn === undefined ? {} : { dsn: work.dsn }),
      ...(personal === undefined ? {} : { personal }),
      ...(keepsQuiet(work.audience) ? { keepsQuiet: true } : {}),
      ...(membersOf === undefined ? {} : { membersOf }),
      ...(work.arc === undefined ? {} : { arc: work.arc }),
      recipients,
      reported: 0,
    }),
  );
  const { length } = slice.recipients;
  const cut = { batches: batches.length, recipients: length, last: slice.done };
  const rest: WorkOf<'mailing'> = {
    ...work,
    audience: slice.audience,
    cursor: slice.cursor,
    batches: work.batches + batches.length,
    recipients: work.recipients + length,
  };
  return {
    batches,
    change: { kind: 'cut', list, mailing, ...cut },
    rest: slice.done ? undefined : rest,
    tell: { event: 'cut', ...cut },
  };
}

/** What goes to members rests in the quiet hours of their list, unless it is urgent. */
export function keepsQuiet(audience: Audience): boolean {
  return audience.kind === 'issue' || (audience.kind === 'members' && !audience.urgent);
}

type Cutting = Slice & {
  readonly audience: Audience;
  /** The list whose members they are, where their numbers are not the mailing's own list's. */
  readonly membersOf?: ListId | undefined;
};

/** A slice of the list, or of one of those that it includes; and who is left after it. */
async function cutSlice(desk: Desk, list: ListId, work: WorkOf<'mailing'>): Promise<Cutting> {
  const { audience, cursor } = work;
  if (audience.kind === 'owners') {
    const owners = await desk.books.owners(list);
    // A list without owners still has somebody who must hear what is sent to them.
    const to = owners.length > 0 ? owners : [desk.config.site.owner];
    return {
      recipients: recipientsOf(to.map((address): Recipient => [address])),
      cursor: 0,
      done: true,
      audience,
    };
  }
  const { sliceRecipients, batchRecipients } = desk.config.outgoing;
  // The first slice is small, so that its recipients need not wait; then each is as large as all
  // before it, because what a slice costs besides its recipients is the same for all sizes.
  const limit = Math.min(sliceRecipients, Math.max(batchRecipients, work.recipients));
  if (audience.kind === 'one') {
    return { recipients: recipientsOf([[audience.address]]), cursor: 0, done: true, audience };
  }
  if (audience.kind === 'issue') {
    const { issue, variant } = audience;
    const of = { issue, variant, after: cursor, limit };
    return { ...(await desk.books.digests.slice(of, desk.now)), audience };
  }
  const { of, rest, ...slice } = await nextMembers(desk.books, list, audience, cursor, limit);
  // A number is for links: elsewhere it would say that they are members of this list.
  const isNumbered = of === list || work.personal !== undefined;
  const recipients = isNumbered ? slice.recipients : unnumbered(slice.recipients);
  const membersOf = of !== list && isNumbered ? of : undefined;
  return { ...slice, recipients, membersOf, audience: rest };
}

/** Links lead to the list that somebody is on; the texts are those of the list that he hears of. */
function personalOf(personal: Personal | undefined, list: ListView | undefined) {
  if (personal === undefined || list === undefined) return personal;
  const { name, domain, settings } = list;
  return { ...personal, name, domain, links: settings.linkVersion };
}

function unnumbered(recipients: Recipients): Recipients {
  return recipientsOf([...eachRecipient(recipients)].map(([address]): Recipient => [address]));
}

function batchesOf(recipients: Recipients, size: number): Recipients[] {
  const order = byDomain(recipients);
  const batches: Recipients[] = [];
  for (let at = 0; at < order.length; at += size) {
    batches.push(selected(recipients, order.subarray(at, at + size)));
  }
  return batches;
}
