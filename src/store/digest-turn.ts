/**
 * A stream turns: what waits in it becomes an issue, and it is settled once and for all which
 * members get which variant of it. Nearly all get one of their form; those who do not are
 * written down: whoever came after the oldest posting, has changed his way since, has muted a
 * thread, or reads another language.
 */
import type { DigestChange } from '../model/change-digest.ts';
import { type DigestForm, digestForms, isDigestForm, maxIssuePostings } from '../model/digest.ts';
import { dueBefore, volumePeriod } from '../model/digest-time.ts';
import type { Books } from './apply.ts';
import { candidates, hasReader, shareOf } from './digest-readers.ts';
import { addVariants, type Odd } from './digest-variants.ts';
import type { Known } from './lists.ts';
import { wantList } from './requests.ts';
import { q, query, sql } from './sql.ts';

type Turned = Extract<DigestChange, { kind: 'turned' }>;
type Row = {
  seq: number;
  number: number;
  up_to: number;
  thread: string;
  topics: string | null;
  bytes: number;
  at: number;
};
type Stream = {
  done: number;
  volume: number;
  number: number;
  issued: number | null;
};

const streamOf = query((p: { list: number; rhythm: Turned['rhythm'] }) =>
  q
    .selectFrom('digest_stream')
    .select(['done', 'volume', 'number', 'issued'])
    .where('list', '=', p.list)
    .where('rhythm', '=', p.rhythm),
);
const waitingIn = query((p: { list: number; after: number; limit: number }) =>
  q
    .selectFrom('digest_posting')
    .select(['seq', 'number', 'up_to', 'thread', 'topics', 'bytes', 'at'])
    .where('list', '=', p.list)
    .where('seq', '>', p.after)
    .orderBy('seq')
    .limit(p.limit),
);
const advance = query((p: Stream & { list: number; rhythm: Turned['rhythm'] }) =>
  q
    .updateTable('digest_stream')
    .set({
      done: p.done,
      volume: p.volume,
      number: p.number,
      issued: p.issued,
    })
    .where('list', '=', p.list)
    .where('rhythm', '=', p.rhythm),
);
const addIssue = query(
  (p: {
    list: number;
    rhythm: Turned['rhythm'];
    cause: string;
    volume: number;
    number: number;
    at: number;
    first: number;
    last: number;
    postings: number;
    newest: number;
    upTo: number;
  }) =>
    q.insertInto('digest_issue').values({
      list: p.list,
      rhythm: p.rhythm,
      cause: p.cause,
      volume: p.volume,
      number: p.number,
      at: p.at,
      first: p.first,
      last: p.last,
      postings: p.postings,
      newest: p.newest,
      up_to: p.upTo,
    }),
);
const sized = query((p: { list: number; after: number }) =>
  q
    .selectFrom('digest_posting')
    .select((e) => [
      e.fn.countAll<number>().as('postings'),
      sql<number>`coalesce(sum(bytes), 0)`.as('bytes'),
    ])
    .where('list', '=', p.list)
    .where('seq', '>', p.after),
);

/** What waits in a stream. */
export function waitingSince(
  { db }: Pick<Books, 'db'>,
  list: number,
  after: number,
): { readonly postings: number; readonly bytes: number } {
  return db.get(sized, { list, after }) ?? { postings: 0, bytes: 0 };
}

/** Makes an issue where there is reason to, and readers; else nothing, or the stream goes on. */
export function applyTurned(books: Books, change: Turned): undefined {
  const { db, now } = books;
  const list = wantList(books, change.list);
  const { rhythm } = change;
  const stream = db.get(streamOf, { list: list.seq, rhythm });
  if (!stream) return;
  const rows = db.all(waitingIn, {
    list: list.seq,
    after: stream.done,
    limit: maxIssuePostings,
  });
  const last = rows.at(-1);
  if (!last || !isToTurn(books, list, change, stream, rows)) return;
  const { digestVolume, timeZone } = list.view.settings;
  const period = (at: number) => volumePeriod(digestVolume, at, timeZone);
  const isNew = stream.issued !== null && period(stream.issued) !== period(now);
  const named = isNew
    ? { volume: stream.volume + 1, number: 1 }
    : { volume: stream.volume, number: stream.number + 1 };
  const isMade = issue(books, list, change, rows, named);
  // Without readers there was no issue, so no number is used up.
  db.run(advance, {
    ...stream,
    list: list.seq,
    rhythm,
    ...(isMade ? { ...named, issued: now } : {}),
    done: last.seq,
  });
}

function isToTurn(
  books: Books,
  list: Known,
  { why, rhythm }: Turned,
  stream: Stream,
  rows: readonly Row[],
): boolean {
  const { settings } = list.view;
  switch (why) {
    case 'asked':
      return true;
    case 'due':
      return (rows[0]?.at ?? 0) <= (dueBefore(rhythm, settings, books.now) ?? -1);
    case 'full': {
      const { postings, bytes } = waitingSince(books, list.seq, stream.done);
      const { digestBytes, digestPostings } = settings;
      return (
        postings >= maxIssuePostings ||
        (digestPostings > 0 && postings >= digestPostings) ||
        (digestBytes > 0 && bytes >= digestBytes)
      );
    }
  }
}

/** Writes down issue, variants and odd members; false: nobody reads it. */
function issue(
  books: Books,
  list: Known,
  { rhythm }: Turned,
  rows: readonly Row[],
  named: { readonly volume: number; readonly number: number },
): boolean {
  const { db, now, cause } = books;
  const newest = Math.max(...rows.map(({ number }) => number));
  const oldest = Math.min(...rows.map(({ number }) => number));
  const upTo = Math.min(...rows.map((row) => row.up_to));
  const { language } = list.view.settings;
  const forms = new Set<DigestForm>(
    digestForms.filter((form) => hasReader(db, list.seq, form, rhythm, upTo)),
  );
  const odd: Odd[] = [];
  for (const one of candidates(db, list, { oldest, upTo, rows })) {
    const share = shareOf(db, one, rows, rhythm);
    if (share.way === undefined || !isDigestForm(share.way.mode)) {
      if (share.omits) odd.push({ member: one.member, key: '' });
      continue;
    }
    const isWhole = share.postings.length === rows.length;
    if (isWhole && one.language === language && one.member <= upTo) {
      forms.add(share.way.mode);
      continue;
    }
    const postings = isWhole ? null : share.postings;
    // Of the same form, language and postings: one message.
    odd.push({ member: one.member, key: JSON.stringify([share.way.mode, one.language, postings]) });
  }
  if (forms.size === 0 && odd.every(({ key }) => key === '')) return false;
  const first = rows[0]?.seq ?? 0;
  const last = rows.at(-1)?.seq ?? 0;
  const range = { first, last, newest, upTo, postings: rows.length };
  const { lastKey } = db.run(addIssue, {
    ...range,
    ...named,
    list: list.seq,
    rhythm,
    cause,
    at: now,
  });
  addVariants({ db }, lastKey, [...forms], language, odd);
  return true;
}
