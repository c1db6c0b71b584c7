/** Reading of held postings, and of who is asked about them. */
import type { Address } from '../mail/address.ts';
import type { Decided, HeldBooks, HeldPosting } from '../model/held.ts';
import { type EntryId, entryId, type ListId, listId } from '../model/ids.ts';
import type { Line } from '../model/phrases.ts';
import type { Lists } from './lists.ts';
import { isOnePerson } from './one-person.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

/** Held postings that are shown of one list, and people who are asked about them. */
const maxShown = 1000;
const maxJudges = 50;

function postings() {
  return q
    .selectFrom('held')
    .innerJoin('list', 'list.seq', 'held.list')
    .select([
      'held.id',
      'list.id as list',
      'held.author',
      'held.subject',
      'held.bytes',
      'held.reasons',
      'held.since',
      'held.minder',
      'held.seconds',
      'held.quiet_until',
      'held.told_at',
      'held.reminders',
      'held.decision',
      'held.reason',
      'held.decided_by',
      'held.decided_cause',
      'held.decided_at',
    ]);
}

const byId = query((p: { id: string }) => postings().where('held.id', '=', p.id));
const byKey = query((p: { token: string }) =>
  postings()
    .innerJoin('held_key', 'held_key.held', 'held.id')
    .select('held_key.who')
    .where('held_key.token', '=', p.token),
);
const waiting = query((p: { list: number; limit: number }) =>
  postings()
    .where('held.list', '=', p.list)
    .where('held.decision', 'is', null)
    .orderBy('held.since')
    .orderBy('held.id')
    .limit(p.limit),
);
const recentlyDecided = query((p: { since: number; limit: number }) =>
  postings()
    .where('held.decision', 'is not', null)
    .where('held.decided_at', '>=', p.since)
    .orderBy('held.decided_at')
    .limit(p.limit),
);
const listsWaiting = query(() =>
  q
    .selectFrom('held')
    .innerJoin('list', 'list.seq', 'held.list')
    .select('list.id')
    .distinct()
    .where('held.decision', 'is', null)
    .orderBy('list.id'),
);
const judges = query((p: { list: number; role: string; limit: number }) =>
  q
    .selectFrom('member')
    .innerJoin('address', 'address.seq', 'member.address')
    .select('address.address')
    .where('member.list', '=', p.list)
    .where('member.role', '=', p.role as 'owner' | 'moderator')
    .where('member.status', '=', 'enabled')
    .orderBy('member.number')
    .limit(p.limit),
);

type Row = {
  id: string;
  list: string;
  author: string;
  subject: string;
  bytes: number;
  reasons: string;
  since: number;
  minder: string | null;
  seconds: string | null;
  quiet_until: number;
  told_at: number;
  reminders: number;
  decision: Decided['decision'] | null;
  reason: string | null;
  decided_by: string | null;
  decided_cause: string | null;
  decided_at: number | null;
};

/** The database holds what was checked when it came in; here it gets its types back. */
function postingOf(row: Row): HeldPosting {
  return {
    id: entryId(row.id),
    list: listId(row.list),
    author: row.author,
    subject: row.subject,
    bytes: row.bytes,
    reasons: JSON.parse(row.reasons) as readonly Line[],
    since: row.since,
    minder: row.minder ?? undefined,
    seconds: row.seconds ?? undefined,
    quietUntil: row.quiet_until,
    toldAt: row.told_at,
    reminders: row.reminders,
    decided:
      row.decision === null
        ? undefined
        : {
            decision: row.decision,
            reason: row.reason ?? '',
            by: row.decided_by ?? '',
            cause: row.decided_cause ?? '',
            at: row.decided_at ?? 0,
          },
  };
}

export function heldPosting(db: Database, id: string): HeldPosting | undefined {
  const row = db.get(byId, { id });
  return row && postingOf(row);
}

/** What steps, commands and maintenance ask about held postings. */
export class Held implements HeldBooks {
  readonly #db: Database;
  readonly #lists: Lists;

  constructor(db: Database, lists: Lists) {
    this.#db = db;
    this.#lists = lists;
  }

  async posting(id: EntryId): Promise<HeldPosting | undefined> {
    return heldPosting(this.#db, id);
  }

  async byToken(token: string) {
    const row = this.#db.get(byKey, { token });
    return row && { posting: postingOf(row), who: row.who as Address };
  }

  async isOnePerson(one: string, other: string): Promise<boolean> {
    return isOnePerson(this.#db, one, other);
  }

  async waiting(list: ListId): Promise<readonly HeldPosting[]> {
    const known = this.#lists.find(list);
    if (!known) return [];
    return this.#db.all(waiting, { list: known.seq, limit: maxShown }).map(postingOf);
  }

  /** Those decided since `since`: what may still be in its place on disk. */
  async decidedSince(since: number): Promise<readonly HeldPosting[]> {
    return this.#db.all(recentlyDecided, { since, limit: maxShown }).map(postingOf);
  }

  /** The lists on which something waits. */
  async lists(): Promise<readonly ListId[]> {
    return this.#db.all(listsWaiting, {}).map(({ id }) => listId(id));
  }

  async judges(list: ListId) {
    const known = this.#lists.find(list);
    const those = (role: string): Address[] => {
      if (!known) return [];
      const rows = this.#db.all(judges, { list: known.seq, role, limit: maxJudges });
      return rows.map(({ address }) => address as Address);
    };
    return { moderators: those('moderator'), owners: those('owner') };
  }
}
