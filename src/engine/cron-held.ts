/** Held postings as maintenance sees them, and what it does about them. */
import { Readable } from 'node:stream';
import { byExpiry, type HeldDecision } from '../model/held.ts';
import { heldDue, isUnheard } from '../model/held-due.ts';
import { type EntryId, entryId, type ListId } from '../model/ids.ts';
import type { HeldState, ParkedEntry } from '../model/task.ts';
import { accept, arrive } from '../spool/intake.ts';
import { parkedIn } from '../spool/places.ts';
import { decideHeld, release } from './moderation.ts';
import { requestsToShow } from './request-round.ts';
import type { Site } from './site.ts';

const text = Buffer.from('Subject: what waits for moderators\r\n\r\n');

/** The lists on which something waits, and what is due there. */
export async function* heldOf(site: Site, now: number): AsyncGenerator<HeldState> {
  const store = await site.store();
  const lists = [...(await store.held.lists()), ...(await store.people.undecidedLists())];
  for (const list of new Set(lists)) {
    const view = await store.list(list);
    if (!view) continue;
    const requests = requestsToShow(await store.people.undecidedOn(list), view.settings, now);
    const waiting = await store.held.waiting(list);
    const due = heldDue(waiting, view.settings, now);
    const isOver = new Set(due.over);
    const unheard = waiting.filter((one) => !isOver.has(one) && isUnheard(one, view.settings, now));
    yield {
      list,
      action: view.settings.heldAction,
      over: due.over.map(({ id }) => id),
      tell: due.fresh.length + due.late.length + requests.length,
      unheard: unheard.map(({ id }) => id),
    };
  }
}

/** Postings about which was decided, and that are still parked: a crash came between. */
export async function* stuckOf(site: Site): AsyncGenerator<EntryId> {
  const store = await site.store();
  for (const { id } of parkedIn(site.spool, 'held', ['incoming'])) {
    if ((await store.held.posting(entryId(id)))?.decided) yield entryId(id);
  }
}

/** Time has decided; the number of postings. */
export async function expireHeld(
  site: Site,
  list: ListId,
  entry: EntryId,
  decision: HeldDecision,
  now: number,
): Promise<number> {
  const view = await (await site.store()).list(list);
  if (!view) return 0;
  const order = { entry, list: view, decision, reason: '', by: byExpiry };
  return (await decideHeld(site, order, now)).kind === 'decided' ? 1 : 0;
}

/** A decided posting goes on. */
export async function freeHeld(site: Site, entry: EntryId, now: number): Promise<number> {
  return (await release(site, entry, now)) ? 1 : 0;
}

/** The letters are written by a runner, because they and the books change together. */
export async function tellHeld(site: Site, list: ListId, now: number): Promise<number> {
  const { spool } = site;
  const view = await (await site.store()).list(list);
  if (!view) return 0;
  const arrival = await arrive(spool, Readable.from([text]), text.length);
  const target = { queue: 'command', recipient: view.address, list } as const;
  await accept(spool, arrival, null, [{ ...target, work: { kind: 'held-round' } }], now);
  return 1;
}

/**
 * A held posting that the site throws away for its age: its author is told. One about which was
 * decided goes on instead. False: it is none.
 */
export async function throwAway(
  site: Site,
  { where, queue, id }: ParkedEntry,
  now: number,
): Promise<boolean> {
  if (where !== 'held' || queue !== 'incoming') return false;
  const posting = await (await site.store()).held.posting(entryId(id));
  if (!posting) return false;
  if (posting.decided) return await release(site, posting.id, now);
  return (await expireHeld(site, posting.list, posting.id, 'discard', now)) === 1;
}
