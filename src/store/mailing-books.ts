/** Mailings on their way: read for people and runners, and what people want of them. */
import { type ListId, listId } from '../model/ids.ts';
import type { MailingOrder, MailingRecord } from '../model/mailing.ts';
import { log } from './change-log.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

/** Lines of the change log that are looked at for what was done lately. */
const recentLines = 2000;
const maxFound = 20;

function mailings() {
  return q
    .selectFrom('mailing')
    .leftJoin('list', 'list.seq', 'mailing.list')
    .leftJoin('mailing_order', 'mailing_order.mailing', 'mailing.id')
    .select([
      'mailing.id',
      'list.id as list',
      'mailing.list as seq',
      'mailing.batches',
      'mailing.batches_done as batchesDone',
      'mailing.recipients',
      'mailing.delivered',
      'mailing.refused',
      'mailing.failed',
      'mailing.cancelled',
      'mailing.cut_done as cutDone',
      'mailing.started',
      'mailing.finished',
      'mailing_order.what',
      'mailing_order.who',
    ]);
}

const openOnes = query((p: { limit: number }) =>
  mailings().where('finished', 'is', null).orderBy('started').limit(p.limit),
);
const newest = query((p: { limit: number }) =>
  mailings().orderBy('started', 'desc').limit(p.limit),
);
const byId = query((p: { id: string }) => mailings().where('mailing.id', '=', p.id));
const byBeginning = query((p: { from: string; to: string; limit: number }) =>
  mailings()
    .where('mailing.id', '>=', p.from)
    .where('mailing.id', '<', p.to)
    .orderBy('mailing.id')
    .limit(p.limit),
);
const postingOf = query((p: { root: string; list: number }) =>
  q
    .selectFrom('posting')
    .select(['subject', 'message_id'])
    .where('root', '=', p.root)
    .where('list', '=', p.list),
);
const postingsBy = query((p: { messageId: string; root: string; limit: number }) =>
  q
    .selectFrom('posting')
    .innerJoin('list', 'list.seq', 'posting.list')
    .select([
      'list.id as list',
      'posting.number',
      'posting.root',
      'posting.message_id as messageId',
      'posting.author',
      'posting.subject',
      'posting.at',
      'posting.authenticated',
    ])
    .where((e) => e.or([e('message_id', '=', p.messageId), e('root', '=', p.root)]))
    .limit(p.limit),
);
const orderFor = query((p: { mailing: string }) =>
  q.selectFrom('mailing_order').select('what').where('mailing', '=', p.mailing),
);
const setOrder = query((p: { mailing: string; what: MailingOrder; who: string; at: number }) =>
  q
    .insertInto('mailing_order')
    .values({ mailing: p.mailing, what: p.what, who: p.who, at: p.at })
    .onConflict((conflict) =>
      conflict.column('mailing').doUpdateSet({ what: p.what, who: p.who, at: p.at }),
    ),
);
const dropOrder = query((p: { mailing: string }) =>
  q.deleteFrom('mailing_order').where('mailing', '=', p.mailing).where('what', '!=', 'cancel'),
);
const recent = query((p: { limit: number }) =>
  q
    .selectFrom('change_log')
    .select(['at', 'kind', 'subject', 'detail'])
    .orderBy('seq', 'desc')
    .limit(p.limit),
);

/** A posting that was accepted. */
export type PostingRecord = {
  readonly list: ListId;
  readonly number: number;
  readonly root: string;
  readonly messageId: string;
  readonly author: string;
  readonly subject: string;
  readonly at: number;
  /** What was proved of it: `dkim=pass ...; spf=pass`. */
  readonly authenticated: string | null;
};

/** What runners and people ask of mailings. */
export class MailingBooks {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** What a person wants of a mailing, if anything. */
  async order(mailing: string): Promise<MailingOrder | undefined> {
    return this.#db.get(orderFor, { mailing })?.what;
  }

  /** Those that are not finished, the oldest first. */
  async open(limit: number): Promise<readonly MailingRecord[]> {
    return this.#db.all(openOnes, { limit }).map((row) => this.#record(row));
  }

  /** All, the newest first. */
  async newest(limit: number): Promise<readonly MailingRecord[]> {
    return this.#db.all(newest, { limit }).map((row) => this.#record(row));
  }

  /** By id, or by the beginning of one: the id of its posting is one. */
  async find(text: string): Promise<readonly MailingRecord[]> {
    const exact = this.#db.get(byId, { id: text });
    if (exact) return [this.#record(exact)];
    const range = { from: text, to: `${text}~`, limit: maxFound };
    return this.#db.all(byBeginning, range).map((row) => this.#record(row));
  }

  /** Postings that were accepted under a Message-ID, or came in under a root id. */
  async postings(text: string): Promise<readonly PostingRecord[]> {
    return this.#db
      .all(postingsBy, { messageId: text, root: text, limit: maxFound })
      .map(({ list, ...row }) => ({ ...row, list: listId(list) }));
  }

  /** Recipients of a mailing that were settled in the last `ms`, as far as the log says. */
  async lately(mailing: string, ms: number): Promise<number> {
    const since = this.#now() - ms;
    let count = 0;
    for (const line of this.#db.all(recent, { limit: recentLines })) {
      if (line.at < since) break;
      if (line.kind !== 'handed' || line.subject !== mailing) continue;
      const { delivered, refused, failed } = JSON.parse(line.detail) as Record<string, number>;
      count += (delivered ?? 0) + (refused ?? 0) + (failed ?? 0);
    }
    return count;
  }

  /** Lets a mailing rest, or ends it; both hold from the next look of a runner on. */
  async command(mailing: string, what: MailingOrder, who: string): Promise<void> {
    this.#change(mailing, what, who, () => {
      this.#db.run(setOrder, { mailing, what, who, at: this.#now() });
    });
  }

  /** Lets a mailing that rests go on. */
  async resume(mailing: string, who: string): Promise<void> {
    this.#change(mailing, 'resume', who, () => {
      this.#db.run(dropOrder, { mailing });
    });
  }

  #change(mailing: string, what: string, who: string, act: () => void): void {
    this.#db.transaction(() => {
      act();
      const list = this.#db.get(byId, { id: mailing })?.list ?? undefined;
      const line = { list, kind: `mailing-${what}`, subject: mailing };
      log(this.#db, { cause: who, now: this.#now() }, line);
    });
  }

  #record(row: Row): MailingRecord {
    const { seq, cutDone, finished, what, who, list, ...figures } = row;
    const root = row.id.split('-', 1)[0] ?? row.id;
    const posting = seq === null ? undefined : this.#db.get(postingOf, { root, list: seq });
    return {
      ...figures,
      list: list === null ? undefined : (listId(list) satisfies ListId),
      subject: posting?.subject,
      messageId: posting?.message_id,
      cutDone: cutDone === 1,
      finished: finished ?? undefined,
      order: what ?? undefined,
      orderedBy: who ?? undefined,
    };
  }
}

type Row = NonNullable<(typeof byId)['row']>;
