/** What a moderator decides about held mail; carried out like the verdict of the rules. */
import { errorCode } from '../ground/errors.ts';
import { isBroken, type Message, readMessage } from '../mail/message.ts';
import type { EntryMeta } from '../model/entry.ts';
import { finish, type Outcome } from '../model/outcome.ts';
import { readPlace } from '../spool/parked.ts';
import type { Place } from '../spool/places.ts';
import { type Dealt, type OpenQueue, refusal, requeue, tell } from './by-hand.ts';
import { type Destination, findDestination } from './desk.ts';
import { acceptance, postingLetter, rejectionLetter, relayLetter } from './disposition.ts';
import type { Hand } from './hand.ts';
import type { Site } from './site.ts';

export type Decision =
  | { readonly kind: 'accept' }
  | { readonly kind: 'reject'; readonly reason: string }
  | { readonly kind: 'discard' };

/** The list and the address of it that an entry is for, as `incoming` finds them. */
export async function destinationOf(
  site: Site,
  { recipient, list }: Pick<EntryMeta, 'recipient' | 'list'>,
): Promise<Destination | undefined> {
  const store = await site.store();
  const { separator } = site.config.site;
  const found =
    recipient === undefined ? undefined : await findDestination(store, recipient, separator);
  if (found) return found;
  const view = list === undefined ? undefined : await store.list(list);
  return view && { list: view, name: view.name, to: undefined, detail: undefined };
}

/** Carries out one decision about one held entry; the first of several people wins. */
export async function decide(
  hand: Hand,
  site: Site,
  place: Place,
  decision: Decision,
  now: number,
): Promise<Dealt> {
  const read = readPlace(place);
  if (read.kind === 'gone' || read.kind === 'broken') return refusal(place, read);
  if (decision.kind === 'accept' && place.queue !== 'incoming') {
    return requeue(hand, place, { atOnce: true, now });
  }
  const found = await destinationOf(site, read.meta);
  if (!found && decision.kind !== 'discard') {
    return left(place, `there is no list ${read.meta.list ?? read.meta.recipient} any more`);
  }
  const taken = await hand.take(place);
  if (taken.kind !== 'taken') return refusal(place, taken);
  const { claim } = taken;
  // Read where it is now: what is written from it must find its body.
  const { headerBytes: maxHeaderBytes } = site.config.limits;
  const message = await readMessage(claim.message, { maxHeaderBytes });
  if (isBroken(message) && decision.kind !== 'discard') {
    await hand.putBack(place, claim);
    return left(place, message.reason);
  }
  const outcome =
    found && !isBroken(message)
      ? await outcomeOf(site, claim.meta, found, message, decision, now)
      : { fate: finish };
  await hand.settle(place, claim, outcome, now);
  const list = found ? { list: found.list.id } : {};
  tell(hand, `${decision.kind}ed`, place, claim.meta, { ...list, by: 'moderator' });
  const told = decision.kind === 'reject' && outcome.puts ? '; its author is told' : '';
  return { ok: true, text: `${claim.meta.id} is ${past[decision.kind]}${told}.` };
}

const past = { accept: 'accepted', reject: 'rejected', discard: 'discarded' } as const;

async function outcomeOf(
  { config }: Site,
  meta: EntryMeta,
  { list, to }: Destination,
  message: Message,
  decision: Decision,
  now: number,
): Promise<Outcome> {
  switch (decision.kind) {
    case 'accept':
      if (to !== undefined) {
        return { puts: [relayLetter(meta, list, message, { config, now })], fate: finish };
      }
      return {
        changes: [acceptance(meta, list, message)],
        puts: [postingLetter(meta, list, true)],
        fate: finish,
      };
    case 'reject': {
      const notice = await rejectionLetter(meta, list, message, [decision.reason]);
      return notice ? { puts: [notice], fate: finish } : { fate: finish };
    }
    case 'discard':
      return { fate: finish };
  }
}

/** Moves an entry to another queue, with its list found and its number given where it posts. */
export async function requeueTo(
  hand: Hand,
  site: Site,
  place: Place,
  to: OpenQueue,
  now: number,
): Promise<Dealt> {
  const order = { to, atOnce: true, now };
  if (to === 'incoming') return requeue(hand, place, order);
  const read = readPlace(place);
  if (read.kind === 'gone' || read.kind === 'broken') return refusal(place, read);
  const found = await destinationOf(site, read.meta);
  if (!found) return left(place, `it names no list, and ${to} wants one`);
  if (to !== 'pipeline') return requeue(hand, place, { ...order, list: found.list.id });
  const message = await headerOf(read.message, site.config.limits.headerBytes);
  if (message === 'gone') return refusal(place, { kind: 'gone' });
  if (isBroken(message)) return left(place, message.reason);
  const changes = [acceptance(read.meta, found.list, message)];
  return requeue(hand, place, { ...order, list: found.list.id, changes });
}

function left(place: Place, why: string): Dealt {
  return { ok: false, text: `${place.id}: ${why}; it was left as it is.` };
}

async function headerOf(path: string, maxHeaderBytes: number) {
  try {
    return await readMessage(path, { maxHeaderBytes });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'gone';
    throw error;
  }
}
