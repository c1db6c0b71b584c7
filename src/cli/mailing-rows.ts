/** How mailings are found and shown. */
import { exit, UsageError } from '../ground/errors.ts';
import { ageText } from '../model/amounts.ts';
import { type Course, courseOf, type MailingRecord, mailingState } from '../model/mailing.ts';
import type { Store } from '../store/store.ts';
import { type Column, when } from './output.ts';

export const mailingHelp = 'its id, the beginning of one, or the id of its posting';

/** The rate is that of the last so many ms. */
const latelyMs = 60_000;

/** A mailing, and how far it is. */
export type MailingRow = MailingRecord & { readonly state: string; readonly course: Course };

/** The one mailing that a person means. */
export async function wantMailing(store: Store, text: string): Promise<MailingRecord> {
  const found = await store.mailings.find(text.toLowerCase());
  const [only, ...others] = found;
  if (!only) throw new UsageError(`no mailing ${text}; see "listmill mailing ls"`, exit.noInput);
  if (others.length === 0) return only;
  throw new UsageError(`"${text}" may be ${found.map(({ id }) => id).join(', ')}: which?`);
}

/** How far a mailing is now. */
export async function rowOf(store: Store, one: MailingRecord, now: number): Promise<MailingRow> {
  const asksRoster = !one.cutDone && one.list !== undefined;
  const audience = asksRoster ? await audienceOf(store, one) : one.recipients;
  const lately =
    one.finished === undefined
      ? {
          count: await store.mailings.lately(one.id, latelyMs),
          ms: Math.max(1, Math.min(latelyMs, now - one.started)),
        }
      : undefined;
  return { ...one, state: mailingState(one), course: courseOf(one, audience, now, lately) };
}

async function audienceOf(store: Store, { list }: MailingRecord): Promise<number> {
  const known = list && (await store.list(list));
  return known ? (await store.countMembers(known.id)).member : 0;
}

/** `73 %, 2 min left`, or how it ended. */
export function progressText({ state, course }: MailingRow): string {
  const percent = `${Math.floor(course.share * 100)} %`;
  if (state === 'done') return 'done';
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
  { title: 'BEGAN', of: ({ started }) => when(started) },
  { title: 'SUBJECT', of: ({ subject }) => subject },
];

/** What `mailing show` says, line by line. */
export function mailingLines(row: MailingRow): readonly (readonly [string, string | number])[] {
  const { course, orderedBy } = row;
  return [
    ['mailing', row.id],
    ['list', row.list ?? '-'],
    ['subject', row.subject ?? '-'],
    ['message-id', row.messageId ?? '-'],
    ['state', orderedBy === undefined ? row.state : `${row.state}, by ${orderedBy}`],
    ['progress', progressText(row)],
    ['recipients', row.cutDone ? course.total : `${course.total} at most; ${row.recipients} cut`],
    ['delivered', row.delivered],
    ['refused', row.refused],
    ['failed', row.failed],
    ...(row.cancelled > 0 ? ([['cancelled', row.cancelled]] as const) : []),
    ['batches', `${row.batchesDone} of ${row.batches} done`],
    ['rate', `${Math.round(course.rate)}/s`],
    ['began', when(row.started)],
    ['ended', when(row.finished)],
  ];
}
