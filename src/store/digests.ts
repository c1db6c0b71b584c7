/** Reading of digests: what waits, what was made of it, and when a stream is due. */

import type {
  DigestBooks,
  DigestPosting,
  Issue,
  Rhythm,
  StreamRecord,
  Variant,
  Waiting,
} from '../model/digest.ts';
import { type EntryId, entryId, type ListId } from '../model/ids.ts';
import { languages } from '../model/language.ts';
import { readsDigests, wasMode } from './digest-readers.ts';
import type { IssueSlice } from './digest-roster.ts';
import { issueSlice } from './digest-roster.ts';
import { waitingSince } from './digest-turn.ts';
import {
  allStreams,
  dueStreams,
  forgetDigests,
  idleDigests,
  isCollected,
} from './digest-upkeep.ts';
import {
  collectedFiles,
  dropCollected,
  type Reworded,
  rewordCollected,
} from './digest-withdrawal.ts';
import type { Lists } from './lists.ts';
import type { Slice } from './roster.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

const issueBy = query((p: { cause: string }) =>
  q
    .selectFrom('digest_issue as issue')
    .innerJoin('list', 'list.seq', 'issue.list')
    .select(['issue.seq', 'list.id as list', 'issue.rhythm', 'issue.volume', 'issue.number'])
    .select(['issue.at', 'issue.postings'])
    .where('issue.cause', '=', p.cause),
);
const variantsOf = query((p: { issue: number; from: number; limit: number }) =>
  q
    .selectFrom('digest_variant')
    .select(['variant', 'form', 'language', 'postings'])
    .where('issue', '=', p.issue)
    .where('variant', '>=', p.from)
    .orderBy('variant')
    .limit(p.limit),
);
const rangeOf = query((p: { issue: number }) =>
  q.selectFrom('digest_issue').select(['list', 'first', 'last']).where('seq', '=', p.issue),
);
const postingsIn = query((p: { list: number; first: number; last: number; limit: number }) =>
  q
    .selectFrom('digest_posting')
    .selectAll()
    .where('list', '=', p.list)
    .where('seq', '>=', p.first)
    .where('seq', '<=', p.last)
    .orderBy('seq')
    .limit(p.limit),
);
const doneOf = query((p: { list: number; rhythm: Rhythm }) =>
  q
    .selectFrom('digest_stream')
    .select('done')
    .where('list', '=', p.list)
    .where('rhythm', '=', p.rhythm),
);
const noticed = query((p: { list: number }) =>
  q
    .selectFrom('member')
    .select('number')
    .where('list', '=', p.list)
    .where('role', '=', 'member')
    .where('mode', '=', 'notice')
    .limit(1),
);

/** More than an issue ever has. */
const maxRows = 2000;

/** What runners and people read of digests. */
export class Digests implements DigestBooks {
  readonly #db: Database;
  readonly #lists: Lists;

  constructor(db: Database, lists: Lists) {
    this.#db = db;
    this.#lists = lists;
  }

  async wanted(
    id: ListId,
    number: number,
  ): Promise<{ readonly digest: boolean; readonly notice: boolean }> {
    const list = this.#lists.find(id)?.seq;
    if (list === undefined) return { digest: false, notice: false };
    const db = this.#db;
    return {
      digest: readsDigests(db, list, number),
      notice:
        db.get(noticed, { list }) !== undefined ||
        wasMode(db, list, number, ({ mode }) => mode === 'notice'),
    };
  }

  async waiting(id: ListId, rhythm: Rhythm): Promise<Waiting> {
    const list = this.#lists.find(id)?.seq;
    const done = list === undefined ? undefined : this.#db.get(doneOf, { list, rhythm })?.done;
    if (list === undefined || done === undefined) return { postings: 0, bytes: 0 };
    return waitingSince({ db: this.#db }, list, done);
  }

  /** The postings that wait in a stream, as one issue would have them. */
  async waitingPostings(id: ListId, rhythm: Rhythm, limit: number): Promise<DigestPosting[]> {
    const list = this.#lists.find(id)?.seq;
    const done = list === undefined ? undefined : this.#db.get(doneOf, { list, rhythm })?.done;
    if (list === undefined || done === undefined) return [];
    const all = { list, first: done + 1, last: Number.MAX_SAFE_INTEGER, limit };
    return this.#db.all(postingsIn, all).map(postingOf);
  }

  async issueOf(cause: string): Promise<Issue | undefined> {
    const row = this.#db.get(issueBy, { cause });
    if (!row) return undefined;
    const { seq, list, ...rest } = row;
    return { id: seq, list: list as ListId, ...rest };
  }

  async variants(issue: number, from: number, limit: number): Promise<readonly Variant[]> {
    const range = this.#db.get(rangeOf, { issue });
    if (!range) return [];
    const all = this.#db.all(postingsIn, { ...range, limit: maxRows }).map(postingOf);
    return this.#db.all(variantsOf, { issue, from, limit }).map((row) => ({
      index: row.variant,
      form: row.form,
      language: languages.find((one) => one === row.language) ?? 'en',
      postings: some(all, row.postings),
    }));
  }

  /** One stream, or all of a list or of the site. */
  async stream(id: ListId, rhythm: Rhythm): Promise<StreamRecord | undefined> {
    return [...this.streams(id)].find((one) => one.rhythm === rhythm);
  }

  *streams(id?: ListId): Generator<StreamRecord> {
    for (const one of allStreams(this.#db, this.#lists)) {
      if (id === undefined || one.list === id) yield one;
    }
  }

  /** Streams whose time has come. */
  due(now: number): Generator<StreamRecord> {
    return dueStreams(this.#db, this.#lists, now);
  }

  /** How much nobody needs any more, and forgetting it. */
  idle(before: number): number {
    return idleDigests(this.#db, before);
  }

  forget(before: number): number {
    return forgetDigests(this.#db, before);
  }

  /** Whether a file is that of a posting which still waits. */
  isCollected(file: string): boolean {
    return isCollected(this.#db, file);
  }

  /** The files of a posting of the archive that may still be in a digest. */
  collectedFiles(
    id: ListId,
    posting: { readonly messageId: string; readonly entry: string },
  ): EntryId[] {
    const list = this.#lists.find(id)?.seq;
    return list === undefined ? [] : collectedFiles(this.#db, list, posting);
  }

  /** No digest has it from now on. */
  drop(file: EntryId): void {
    dropCollected(this.#db, file);
  }

  /** Its line in tables of contents, anew. */
  reword(file: EntryId, said: Reworded): void {
    rewordCollected(this.#db, file, said);
  }

  /** The next of those who get a variant of an issue. */
  async slice(of: IssueSlice, now: number): Promise<Slice> {
    return issueSlice(this.#db, of, now);
  }
}

function some(all: readonly DigestPosting[], postings: string | null): readonly DigestPosting[] {
  const named: unknown = postings === null ? 'all' : JSON.parse(postings);
  if (!Array.isArray(named)) return all;
  const wanted = new Set<unknown>(named);
  return all.filter(({ seq }) => wanted.has(seq));
}

type Row = {
  seq: number;
  file: string;
  number: number;
  up_to: number;
  thread: string;
  message_id: string;
  parent: string;
  author: string;
  subject: string;
  bytes: number;
  wide: number;
  archived: number;
  at: number;
};

function postingOf(row: Row): DigestPosting {
  const { seq, number, thread, parent, author, subject, bytes, at } = row;
  return {
    ...{ seq, number, thread, parent, author, subject, bytes, at },
    file: entryId(row.file),
    upTo: row.up_to,
    messageId: row.message_id,
    wide: row.wide === 1,
    archived: row.archived === 1,
  };
}
