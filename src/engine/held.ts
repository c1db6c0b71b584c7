/** What a moderator decides about held mail; carried out like the verdict of the rules. */
import { errorCode, unreachable } from '../ground/errors.ts';
import type { Address } from '../mail/address.ts';
import { authorOf } from '../mail/author.ts';
import { isBroken, readMessage } from '../mail/message.ts';
import { tokenHash } from '../mail/token.ts';
import { type SecondAsked, secondsAsked } from '../model/deciding.ts';
import type { EntryMeta } from '../model/entry.ts';
import { byExpiry, type Decided, type HeldDecision, type SenderDeed } from '../model/held.ts';
import { type EntryId, entryId } from '../model/ids.ts';
import type { ListView } from '../model/list.ts';
import { finish } from '../model/outcome.ts';
import { readPlace, readWhy } from '../spool/parked.ts';
import type { Place } from '../spool/places.ts';
import { type Dealt, type OpenQueue, refusal, requeue, tell } from './by-hand.ts';
import { type Destination, findDestination } from './desk.ts';
import { acceptance } from './disposition.ts';
import type { Hand } from './hand.ts';
import { heldKey } from './held-keys.ts';
import { applyOne, decideHeld } from './moderation.ts';
import { sendNotice } from './people.ts';
import type { Site } from './site.ts';

export type Decision = {
  readonly kind: HeldDecision;
  /** What the author is told of a rejection. */
  readonly reason: string;
  /** Who decides. */
  readonly by: string;
  readonly sender?: SenderDeed | undefined;
};

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

/** Decides about one held entry; the first of several people wins. */
export async function decide(
  hand: Hand,
  site: Site,
  place: Place,
  decision: Decision,
  now: number,
): Promise<Dealt> {
  const read = readPlace(place);
  if (read.kind === 'gone') return await goneOrEarlier(site, place);
  if (read.kind === 'broken') return refusal(place, read);
  const { meta } = read;
  if (place.queue !== 'incoming') return await decideOther(hand, place, decision, now);
  const found = await destinationOf(site, meta);
  if (!found) {
    if (decision.kind === 'discard') return await away(hand, place, now);
    return left(place, `there is no list ${meta.list ?? meta.recipient} any more`);
  }
  await ensureBooked(site, place, read, found, now);
  const { kind, ...how } = decision;
  const asked = kind === 'accept' ? await othersToAsk(site, meta.id, found.list, how.by) : [];
  const keys = asked.map(({ to, token }) => ({ who: to, token: tokenHash(token) }));
  const order = { ...how, entry: meta.id, list: found.list, decision: kind, keys };
  const answer = await decideHeld(site, order, now);
  if (answer.kind === 'gone' || answer.kind === 'earlier') return await goneOrEarlier(site, place);
  if (answer.kind === 'seconded' && answer.isNew) {
    const at = { site, store: await site.store(), list: found.list, who: how.by, now };
    for (const { notice } of asked) await sendNotice(at, notice);
  }
  tell(hand, `${answer.kind === 'seconded' ? 'second' : past[kind]}`, place, meta, {
    list: found.list.id,
    by: decision.by,
  });
  const text =
    answer.kind === 'seconded'
      ? `${meta.id} is released when a second person accepts it, too.`
      : `${meta.id} is ${past[kind]}.`;
  return { ok: true, text };
}

const past = { accept: 'accepted', reject: 'rejected', discard: 'discarded' } as const;

/** Who is asked for a second word, where the list wants one. */
async function othersToAsk(
  site: Site,
  id: EntryId,
  list: ListView,
  by: string,
): Promise<readonly SecondAsked[]> {
  if (!list.settings.twoModerators) return [];
  const { held } = await site.store();
  const posting = await held.posting(id);
  const secret = site.secret();
  const tokenOf = (of: EntryId, who: Address) => heldKey({ secret }, list, of, who).token;
  return posting ? await secondsAsked(held, list, posting, by, tokenOf) : [];
}

/** What was parked before the books knew of it is entered now. */
async function ensureBooked(
  site: Site,
  place: Place,
  { meta, message: path }: { readonly meta: EntryMeta; readonly message: string },
  { list }: Destination,
  now: number,
): Promise<void> {
  const store = await site.store();
  if (await store.held.posting(meta.id)) return;
  const message = await headerOf(path, site.config.limits.headerBytes);
  const headers = message === 'gone' || isBroken(message) ? undefined : message.headers;
  const why = readWhy(place.folder);
  await applyOne(
    site,
    {
      kind: 'held',
      list: list.id,
      posting: {
        id: meta.id,
        author: (headers && authorOf(headers)) ?? meta.sender ?? '',
        subject: headers?.get('subject') ?? '',
        bytes: meta.message.size,
        reasons: why?.reasons ?? [],
      },
      since: why?.at ?? now,
      shown: false,
      keys: [],
    },
    now,
  );
}

async function goneOrEarlier(site: Site, place: Place): Promise<Dealt> {
  const posting = await (await site.store()).held.posting(entryId(place.id));
  if (!posting?.decided) return refusal(place, { kind: 'gone' });
  return { ok: false, text: `${place.id} ${earlier(posting.decided)}` };
}

/** What was decided before, for whoever sits at the command line. */
function earlier({ decision, by, at }: Decided): string {
  const who = by === byExpiry ? 'because nobody decided in time' : `by ${by}`;
  const when = new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  return `was ${past[decision]} already ${who} (${when} UTC).`;
}

/** Not a posting: mail that waits for a person's look is tried again, or goes away. */
async function decideOther(
  hand: Hand,
  place: Place,
  { kind }: Decision,
  now: number,
): Promise<Dealt> {
  switch (kind) {
    case 'accept':
      return await requeue(hand, place, { atOnce: true, now });
    case 'discard':
      return await away(hand, place, now);
    case 'reject':
      return left(place, 'it is no posting, so nobody could be told; discard it');
    default:
      return unreachable(kind);
  }
}

async function away(hand: Hand, place: Place, now: number): Promise<Dealt> {
  const taken = await hand.take(place);
  if (taken.kind !== 'taken') return refusal(place, taken);
  await hand.settle(place, taken.claim, { fate: finish }, now);
  tell(hand, 'discarded', place, taken.claim.meta, {});
  return { ok: true, text: `${taken.claim.meta.id} is discarded.` };
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
