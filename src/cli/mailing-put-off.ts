/** Postings that wait for their time, and mailings of which nothing is cut yet. */
import { join } from 'node:path';
import { remove } from '../engine/by-hand.ts';
import type { Site } from '../engine/site.ts';
import { UsageError } from '../ground/errors.ts';
import { isBroken, readMessage } from '../mail/message.ts';
import { messageIdOf } from '../mail/message-id.ts';
import type { EntryMeta } from '../model/entry.ts';
import { hasten } from '../spool/hasten.ts';
import { messageFile } from '../spool/layout.ts';
import { readPlace } from '../spool/parked.ts';
import { type Place, waitingIn } from '../spool/places.ts';
import type { Store } from '../store/store.ts';
import type { Io } from './command.ts';
import { deal } from './dealing.ts';
import type { MailingRow } from './mailing-rows.ts';
import { writeLine } from './output.ts';

/** Shown at most. */
const maxPutOff = 1000;

/** One of them, and where it lies. */
export type PutOff = { readonly place: Waiting; readonly meta: EntryMeta };
type Waiting = Extract<Place, { kind: 'waiting' }>;

/** All that wait for a time to come, the most urgent and the earliest first. */
export function* putOff({ spool }: Pick<Site, 'spool'>, now: number): Generator<PutOff> {
  let count = 0;
  for (const queue of ['incoming', 'pipeline', 'mailing'] as const) {
    for (const place of waitingIn(spool, queue)) {
      if (place.kind !== 'waiting' || place.name.due <= now) continue;
      const read = readPlace(place);
      if (read.kind !== 'entry' || !isBefore(read.meta)) continue;
      count += 1;
      if (count > maxPutOff) return;
      yield { place, meta: read.meta };
    }
  }
}

/** A mailing of which some is cut stands in the books. */
function isBefore({ work }: EntryMeta): boolean {
  return work.kind !== 'mailing' || work.batches === 0;
}

/** What `mailing ls` and `show` say of one. */
export async function putOffRow(store: Store, { place, meta }: PutOff): Promise<MailingRow> {
  const list = meta.list === undefined ? undefined : await store.list(meta.list);
  const message = await readMessage(join(place.folder, messageFile));
  const headers = isBroken(message) ? undefined : message.headers;
  const order = await store.mailings.order(meta.id);
  const total = list ? (await store.countMembers(list.id)).member : 0;
  return {
    id: meta.id,
    list: meta.list,
    subject: headers?.get('subject'),
    messageId: headers && messageIdOf(headers),
    ...{ batches: 0, batchesDone: 0, recipients: 0, delivered: 0, refused: 0, failed: 0 },
    ...{ cancelled: 0, cutDone: false, started: meta.received, finished: undefined },
    order,
    orderedBy: undefined,
    state: stateOf(place, meta, order),
    restsUntil: order === 'pause' ? undefined : place.name.due,
    course: { total, share: 0, rate: 0, leftMs: undefined },
  };
}

function stateOf({ queue }: Place, { round }: EntryMeta, order: string | undefined): string {
  if (queue === 'mailing') return order === 'pause' ? 'paused' : 'quiet';
  // What the rules put off was looked at once.
  return queue === 'incoming' && round > 0 ? 'quiet' : 'scheduled';
}

/** The one whose id begins so; undefined where there is none. */
export function findPutOff(site: Site, text: string, now: number): PutOff | undefined {
  const found = [...putOff(site, now)].filter(({ meta }) => meta.id.startsWith(text.toLowerCase()));
  const [only, ...others] = found;
  if (others.length === 0) return only;
  throw new UsageError(`"${text}" may be ${found.map(({ meta }) => meta.id).join(', ')}: which?`);
}

/** Whether it is a posting, on which a person's orders are carried out at once. */
export function isPosting({ place }: PutOff): boolean {
  return place.queue !== 'mailing';
}

/** A posting that is put off is not sent at all. */
export async function dropPutOff(io: Io, site: Site, { place }: PutOff): Promise<void> {
  await deal(io, site, [place], (hand, one) => remove(hand, site.spool, one, io.now()));
}

/** A posting that is put off goes out now. */
export async function hastenPutOff(io: Io, site: Site, { place, meta }: PutOff): Promise<void> {
  await hasten(site.spool, [place], io.now());
  await writeLine(io, `${meta.id} goes out now.`);
}
