/** Who reads a stream of digests, and which of its postings. */
import type { DigestForm, Rhythm, Way } from '../model/digest.ts';
import { digestForms, isDigestForm } from '../model/digest.ts';
import type { Language } from '../model/language.ts';
import { type TopicHits, wantsTopics } from '../model/topics.ts';
import type { Known } from './lists.ts';
import { preferencesAt } from './preferences.ts';
import { q, query, sql } from './sql.ts';
import type { Database } from './sqlite.ts';

/** A posting of an issue, as far as it matters for who gets it. */
type Row = {
  readonly seq: number;
  readonly number: number;
  readonly up_to: number;
  readonly thread: string;
  /** JSON; null: the list has none. */
  readonly topics: string | null;
};

/** A member who may be an exception. */
export type Candidate = {
  readonly member: number;
  readonly language: Language;
  readonly topics: readonly string[];
  readonly untagged: boolean;
  readonly way: Way;
  /** Older ways, each up to and with a posting, the oldest first. */
  readonly before: readonly (Way & { readonly through: number })[];
};

const reader = query((p: { list: number; mode: DigestForm; upTo: number }) =>
  q
    .selectFrom('member')
    .select('number')
    .where('list', '=', p.list)
    .where('role', '=', 'member')
    .where('mode', '=', p.mode)
    .where('rhythm', '=', 'list')
    .where('number', '<=', p.upTo)
    .limit(1),
);
const ownReader = query((p: { list: number; mode: DigestForm; rhythm: Rhythm; upTo: number }) =>
  q
    .selectFrom('member')
    .select('number')
    .where('list', '=', p.list)
    .where('rhythm', '=', p.rhythm)
    // What the index of those with a rhythm of their own holds.
    .where(sql<boolean>`rhythm <> 'list'`)
    .where('mode', '=', p.mode)
    .where('role', '=', 'member')
    .where('number', '<=', p.upTo)
    .limit(1),
);
const anyReader = query((p: { list: number }) =>
  q
    .selectFrom('member')
    .select('number')
    .where('list', '=', p.list)
    .where('role', '=', 'member')
    .where('mode', 'in', [...digestForms])
    .limit(1),
);
const formerly = query((p: { list: number; number: number }) =>
  q
    .selectFrom('was')
    .select(['mode', 'rhythm'])
    .distinct()
    .where('list', '=', p.list)
    .where('through', '>=', p.number),
);
const changedSince = query((p: { list: number; number: number }) =>
  q
    .selectFrom('was')
    .select('member')
    .distinct()
    .where('list', '=', p.list)
    .where('through', '>=', p.number),
);
const joinedSince = query((p: { list: number; after: number }) =>
  q
    .selectFrom('member')
    .select('number as member')
    .where('list', '=', p.list)
    .where('role', '=', 'member')
    .where('number', '>', p.after)
    .where('mode', 'in', [...digestForms]),
);
const muting = query((p: { list: number; thread: string }) =>
  q
    .selectFrom('mute')
    .innerJoin('member', 'member.number', 'mute.member')
    .select('mute.member')
    .where('mute.thread', '=', p.thread)
    .where('member.list', '=', p.list),
);
const muted = query((p: { member: number }) =>
  q.selectFrom('mute').select('thread').where('member', '=', p.member),
);
/** Of those who chose a language or topics of their own: for a membership, an address, a person. */
const choosing = query((p: { list: number; language: string }) => {
  const chosen = q
    .selectFrom('preference')
    .where((e) =>
      e.or([
        e.and([e('preference.name', '=', 'language'), e('preference.value', '<>', p.language)]),
        e('preference.name', '=', 'topics'),
      ]),
    );
  // Each is gone through once; a join by either would go through all members for each preference.
  const people = chosen.innerJoin('user_address', 'user_address.user', 'preference.user');
  return q
    .selectFrom('member')
    .select('number as member')
    .where('list', '=', p.list)
    .where('role', '=', 'member')
    .where('mode', 'in', [...digestForms])
    .where((e) =>
      e.or([
        e('number', 'in', chosen.select('preference.member')),
        e('address', 'in', chosen.select('preference.address')),
        e('address', 'in', people.select('user_address.address')),
      ]),
    );
});
const memberRow = query((p: { member: number }) =>
  q
    .selectFrom('member')
    .leftJoin('user_address', 'user_address.address', 'member.address')
    .select(['member.number', 'member.address', 'member.mode', 'member.rhythm'])
    .select('user_address.user')
    .where('member.number', '=', p.member)
    .where('member.role', '=', 'member'),
);
const waysOf = query((p: { member: number; number: number }) =>
  q
    .selectFrom('was')
    .select(['through', 'mode', 'rhythm'])
    .where('member', '=', p.member)
    .where('through', '>=', p.number)
    .orderBy('through'),
);

/** Whether anybody has digests of this form in this rhythm who was there by then. */
export function hasReader(
  db: Database,
  list: number,
  mode: DigestForm,
  rhythm: Rhythm,
  upTo: number,
): boolean {
  const found =
    rhythm === 'list'
      ? db.get(reader, { list, mode, upTo })
      : db.get(ownReader, { list, mode, rhythm, upTo });
  return found !== undefined;
}

/** Whether anybody gets the posting of that number in this stream. */
export function isRead(db: Database, list: number, rhythm: Rhythm, number: number): boolean {
  const upTo = Number.MAX_SAFE_INTEGER;
  if (digestForms.some((form) => hasReader(db, list, form, rhythm, upTo))) return true;
  return db
    .all(formerly, { list, number })
    .some((way) => way.rhythm === rhythm && isDigestForm(way.mode));
}

/** Whether anybody gets the posting of that number in any stream: asked for each posting. */
export function readsDigests(db: Database, list: number, number: number): boolean {
  return (
    db.get(anyReader, { list }) !== undefined ||
    wasMode(db, list, number, ({ mode }) => isDigestForm(mode))
  );
}

/** Whether anybody got postings in one of these modes when this one was accepted. */
export function wasMode(
  db: Database,
  list: number,
  number: number,
  is: (way: Way) => boolean,
): boolean {
  return db.all(formerly, { list, number }).some(is);
}

/** Those who may get something else than the others. */
export function* candidates(
  db: Database,
  list: Known,
  issue: { readonly oldest: number; readonly upTo: number; readonly rows: readonly Row[] },
): Generator<Candidate> {
  const found = new Set<number>();
  const at = { list: list.seq };
  for (const { member } of db.all(changedSince, { ...at, number: issue.oldest })) found.add(member);
  for (const { member } of db.all(joinedSince, { ...at, after: issue.upTo })) found.add(member);
  for (const thread of new Set(issue.rows.map((row) => row.thread))) {
    for (const { member } of db.all(muting, { ...at, thread })) found.add(member);
  }
  const { settings } = list.view;
  for (const { member } of db.all(choosing, { ...at, language: settings.language })) {
    found.add(member);
  }
  for (const member of found) {
    const row = db.get(memberRow, { member });
    if (!row) continue;
    const place = { member, address: row.address, user: row.user ?? 0 };
    const { language, topics, untagged } = preferencesAt(db, place, settings);
    yield {
      ...{ member, language, topics, untagged },
      way: { mode: row.mode, rhythm: row.rhythm },
      before: db.all(waysOf, { member, number: issue.oldest }),
    };
  }
}

/** What a member gets of an issue: some of its postings, and in the form that was his last. */
export function shareOf(
  db: Database,
  { member, way, before, topics, untagged }: Candidate,
  rows: readonly Row[],
  rhythm: Rhythm,
): { readonly way?: Way; readonly postings: readonly number[]; readonly omits: boolean } {
  const threads = new Set(db.all(muted, { member }).map(({ thread }) => thread));
  let form: { readonly way: Way; readonly number: number } | undefined;
  const postings: number[] = [];
  for (const { seq, number, up_to, thread, topics: about } of rows) {
    const own = before.find(({ through }) => through >= number) ?? way;
    if (member > up_to || own.rhythm !== rhythm || !isDigestForm(own.mode)) continue;
    if (threads.has(thread) || !wantsTopics(hitsIn(about), topics, untagged)) continue;
    postings.push(seq);
    if (form === undefined || number > form.number) form = { way: own, number };
  }
  return { ...(form && { way: form.way }), postings, omits: threads.size + topics.length > 0 };
}

/** What was written down when the posting was collected. */
function hitsIn(text: string | null): TopicHits {
  return text === null ? { hits: [], of: [] } : (JSON.parse(text) as TopicHits);
}
