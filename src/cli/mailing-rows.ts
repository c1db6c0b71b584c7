/** How mailings are found and shown. */
import type { Site } from '../engine/site.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { ageText } from '../model/amounts.ts';
import {
  type Course,
  courseOf,
  type MailingRecord,
  mailingState,
  settledOf,
} from '../model/mailing.ts';
import { quietUntil } from '../model/quiet.ts';
import { readPlace } from '../spool/parked.ts';
import { claimedIn, type Place, waitingIn } from '../spool/places.ts';
import { progressSince } from '../spool/progress.ts';
import type { Store } from '../store/store.ts';
import { type Column, when } from './output.ts';

export const mailingHelp = 'its id, the beginning of one, or the id of its posting';

/** The rate is that of the last so many ms. */
const latelyMs = 60_000;

/** A mailing, and how far it is. */
export type MailingRow = MailingRecord & {
  readonly state: string;
  /** It does not go on before; undefined: it does, or waits for a person. */
  readonly restsUntil?: number | undefined;
  /** Who is left was told to come later: then is the next try. */
  readonly nextTry?: number | undefined;
  readonly course: Course;
};

/** The one mailing that a person means. */
export async function wantMailing(store: Store, text: string): Promise<MailingRecord> {
  const found = await store.mailings.find(text.toLowerCase());
  const [only, ...others] = found;
  if (!only) throw new UsageError(`no mailing ${text}; see "listmill mailing ls"`, exit.noInput);
  if (others.length === 0) return only;
  throw new UsageError(`"${text}" may be ${found.map(({ id }) => id).join(', ')}: which?`);
}

/** How far a mailing is now. */
export async function rowOf(
  site: Site,
  store: Store,
  known: MailingRecord,
  now: number,
): Promise<MailingRow> {
  const live = known.finished === undefined ? underWay(site, known.id) : nothing;
  const one = {
    ...known,
    delivered: known.delivered + live.delivered,
    refused: known.refused + live.refused,
    failed: known.failed + live.failed,
  };
  const asksRoster = !one.cutDone && one.list !== undefined;
  const audience = asksRoster ? await audienceOf(store, one) : one.recipients;
  const lately =
    one.finished === undefined
      ? {
          count: settledOf(live) + (await store.mailings.lately(one.id, latelyMs)),
          ms: Math.max(1, Math.min(latelyMs, now - one.started)),
        }
      : undefined;
  const course = courseOf(one, audience, now, lately);
  const state = mailingState(one);
  const restsUntil = state === 'running' ? await quietTime(site, store, one, now) : undefined;
  const still = { ...course, leftMs: undefined };
  if (restsUntil !== undefined) return { ...one, state: 'quiet', restsUntil, course: still };
  const nextTry = state === 'running' && one.cutDone ? nextTryOf(site, one.id, now) : undefined;
  return { ...one, state, nextTry, course: nextTry === undefined ? course : still };
}

/** When the quiet hours that a mailing keeps are over; undefined outside them. */
async function quietTime(
  { spool }: Site,
  store: Store,
  { id, list, order }: MailingRecord,
  now: number,
): Promise<number | undefined> {
  const view = list === undefined || order === 'go' ? undefined : await store.list(list);
  const until = view && quietUntil(view.settings, now);
  if (until === undefined) return undefined;
  for (const place of partsOf(spool, id)) {
    const read = readPlace(place);
    if (read.kind !== 'entry') continue;
    const { work } = read.meta;
    const isQuiet = work.kind === 'batch' ? work.keepsQuiet : place.kind === 'waiting';
    return isQuiet ? until : undefined;
  }
  return undefined;
}

/** When the first of what is left is due, where nothing is due or in hand now. */
function nextTryOf({ spool }: Site, mailing: string, now: number): number | undefined {
  let next: number | undefined;
  for (const place of partsOf(spool, mailing)) {
    if (place.kind !== 'waiting' || place.name.due <= now) return undefined;
    next = Math.min(next ?? place.name.due, place.name.due);
  }
  if (next === undefined) return undefined;
  for (const place of claimedIn(spool, 'outgoing')) {
    if (mailingOf(place) === mailing) return undefined;
  }
  return next;
}

/** What waits of a mailing. */
export function* partsOf(spool: Site['spool'], mailing: string): Generator<Place> {
  const root = mailing.split('-', 1)[0] ?? mailing;
  for (const queue of ['mailing', 'outgoing'] as const) {
    for (const place of [...waitingIn(spool, queue)]) {
      if (!place.id.startsWith(root)) continue;
      if (mailingOf(place) === mailing) yield place;
    }
  }
}

/** The mailing that an entry is of, or is. */
function mailingOf(place: Place): string | undefined {
  const read = readPlace(place);
  if (read.kind !== 'entry') return undefined;
  const { work, id } = read.meta;
  return work.kind === 'batch' ? work.mailing : id;
}

const nothing = { delivered: 0, refused: 0, failed: 0, cancelled: 0 };

/** What became of copies in batches that are in hand: the books hear of it when they end. */
function underWay({ spool }: Site, mailing: string): typeof nothing {
  const live = { ...nothing };
  for (const place of claimedIn(spool, 'outgoing')) {
    const read = readPlace(place);
    if (read.kind !== 'entry' || read.meta.work.kind !== 'batch') continue;
    if (read.meta.work.mailing !== mailing) continue;
    const news = progressSince(place.folder, read.meta.work.reported);
    live.delivered += news.delivered;
    live.refused += news.refused.length;
    live.failed += news.failed;
  }
  return live;
}

async function audienceOf(store: Store, { list }: MailingRecord): Promise<number> {
  const known = list && (await store.list(list));
  return known ? (await store.countMembers(known.id)).member : 0;
}

/** `73 %, 2 min left`, or how it ended. */
export function progressText({ state, restsUntil, nextTry, course }: MailingRow): string {
  const percent = `${Math.floor(course.share * 100)} %`;
  if (state === 'done') return 'done';
  if (state === 'scheduled') return `goes out ${when(restsUntil)}`;
  if (restsUntil !== undefined) return `${percent}, rests until ${when(restsUntil)}`;
  if (nextTry !== undefined) return `${percent}, next try ${when(nextTry)}`;
  return course.leftMs === undefined ? percent : `${percent}, ${ageText(course.leftMs)} left`;
}

/** What `mailing ls` says of each. */
export const mailingColumns: readonly Column<MailingRow>[] = [
  { title: 'MAILING', of: ({ id }) => id },
  { title: 'LIST', of: ({ list }) => list },
  { title: 'STATE', of: ({ state }) => state },
  { title: 'PROGRESS', of: progressText },
  { title: 'RECIPIENTS', of: ({ course }) => course.total, align: 'right' },
  { title: 'DELIVERED', of: ({ delivered }) => delivered, align: 'right' },
  { title: 'REFUSED', of: ({ refused }) => refused, align: 'right' },
  { title: 'FAILED', of: ({ failed }) => failed, align: 'right' },
  { title: '/S', of: ({ course }) => Math.round(course.rate), align: 'right' },
  { title: 'BEGAN', of: ({ state, started }) => when(state === 'scheduled' ? undefined : started) },
  { title: 'SUBJECT', of: ({ subject }) => subject },
];

/** What `mailing show` says, line by line. */
export function mailingLines(row: MailingRow): readonly (readonly [string, string | number])[] {
  const { course } = row;
  return [
    ['mailing', row.id],
    ['list', row.list ?? '-'],
    ['subject', row.subject ?? '-'],
    ['message-id', row.messageId ?? '-'],
    ['state', stateText(row)],
    ['progress', progressText(row)],
    ['recipients', row.cutDone ? course.total : `${course.total} at most; ${row.recipients} cut`],
    ['delivered', row.delivered],
    ['refused', row.refused],
    ['failed', row.failed],
    ...(row.cancelled > 0 ? ([['cancelled', row.cancelled]] as const) : []),
    ['batches', `${row.batchesDone} of ${row.batches} done`],
    ['rate', `${Math.round(course.rate)}/s`],
    [row.state === 'scheduled' ? 'received' : 'began', when(row.started)],
    ['ended', when(row.finished)],
  ];
}

function stateText({ state, order, orderedBy }: MailingRow): string {
  const who = orderedBy === undefined ? '' : `, by ${orderedBy}`;
  if (state === 'quiet')
    return 'quiet hours of the list; "listmill mailing resume" ends them for it';
  return order === 'go' ? `${state}, in quiet hours, too${who}` : `${state}${who}`;
}
