/**
 * The ledger: what became of each copy. A database of its own, so that what is written with every
 * batch never makes a subscriber wait.
 *
 * A row is one hand-over of a batch: its answers and who they were about, deflated together; with
 * addresses sorted by domain that is some ten bytes a recipient. It is written before the batch is
 * settled, under the batch's name and round: a step that is run again after a crash writes the
 * same row, with more in it. A power cut may take the last moments of the ledger with it: it is
 * evidence for people, and no step asks for it.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type ListId, listId } from '../model/ids.ts';
import {
  queueIdPattern,
  readAnswers,
  type TracedBatch,
  type TracedMailing,
} from '../model/trace.ts';
import { ledgerId, ledgerTables } from './ledger-tables.ts';
import { openDatabase } from './migrate.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

/** Level 1 takes half the time of the usual 6, and a sixth more room. */
const deflate = { level: 1 } as const;
/** Mailings whose numbers a process keeps. */
const maxKnown = 1000;
const page = 500;
const maxFound = 20;

const addMailing = query((p: Omit<MailingRow, 'seq'>) =>
  q
    .insertInto('ledger_mailing')
    .values({
      id: p.id,
      list: p.list,
      message_id: p.message_id,
      received: p.received,
      hops: p.hops,
      at: p.at,
    })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ at: p.at }))
    .returning('seq'),
);
const addBatch = query(
  (p: { mailing: number; batch: string; round: number; at: number; answers: Buffer }) =>
    q
      .insertInto('ledger_batch')
      .values({
        mailing: p.mailing,
        batch: p.batch,
        round: p.round,
        at: p.at,
        answers: p.answers,
      })
      .onConflict((conflict) =>
        conflict
          .columns(['mailing', 'batch', 'round'])
          .doUpdateSet({ at: p.at, answers: p.answers }),
      ),
);

const mailings = () => q.selectFrom('ledger_mailing').selectAll();
const byMessage = query((p: { id: string; limit: number }) =>
  mailings().where('message_id', '=', p.id).orderBy('received').limit(p.limit),
);
const byName = query((p: { from: string; to: string; limit: number }) =>
  mailings().where('id', '>=', p.from).where('id', '<', p.to).orderBy('id').limit(p.limit),
);
const bySeq = query((p: { seq: number }) => mailings().where('seq', '=', p.seq));
const batchesOf = query((p: { mailing: number; after: number; limit: number }) =>
  q
    .selectFrom('ledger_batch')
    .selectAll()
    .where('mailing', '=', p.mailing)
    .where('seq', '>', p.after)
    .orderBy('seq')
    .limit(p.limit),
);
const newest = query((p: { before: number; limit: number }) =>
  q
    .selectFrom('ledger_batch')
    .select(['seq', 'mailing', 'answers'])
    .where('seq', '<', p.before)
    .orderBy('seq', 'desc')
    .limit(p.limit),
);
const oldBatches = query((p: { before: number; limit: number }) =>
  q.selectFrom('ledger_batch').select('seq').where('at', '<', p.before).limit(p.limit),
);
const dropBatch = query((p: { seq: number }) =>
  q.deleteFrom('ledger_batch').where('seq', '=', p.seq),
);
const dropMailings = query((p: { before: number }) =>
  q
    .deleteFrom('ledger_mailing')
    .where('at', '<', p.before)
    .where((e) =>
      e.not(
        e.exists(
          e
            .selectFrom('ledger_batch')
            .select('ledger_batch.seq')
            .whereRef('ledger_batch.mailing', '=', 'ledger_mailing.seq'),
        ),
      ),
    ),
);

type MailingRow = NonNullable<(typeof bySeq)['row']>;

/** What the ledger hears of a hand-over. */
export type HandedOver = {
  /** The mailing's id, and the batch's own name below it. */
  readonly mailing: string;
  readonly batch: string;
  readonly round: number;
  readonly list: ListId | undefined;
  readonly received: number;
  readonly hops: TracedMailing['hops'];
  /** Wanted for the first of a mailing that this process sees; see `knows`. */
  readonly messageId: string;
  /** In the form of `readAnswers`. */
  readonly answers: string | Buffer;
};

/** The ledger of a site; the file is made where it is not. */
export async function openLedger(path: string): Promise<Ledger> {
  const schema = { application: ledgerId, steps: ledgerTables };
  const db = await openDatabase(path, { create: true, schema });
  // Nothing waits for the disk here; see above for what that means.
  db.pragma('synchronous = normal');
  return new Ledger(db);
}

/** An open ledger. */
export class Ledger {
  readonly #db: Database;
  readonly #known = new Map<string, number>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Whether a mailing was begun here: what is the same for all of it need not be said again. */
  knows(mailing: string): boolean {
    return this.#known.has(mailing);
  }

  /** Keeps the answers of hand-overs, all or none; twice is once. */
  note(all: readonly HandedOver[], now: number): void {
    const begun = new Map<string, number>();
    this.#db.transaction(() => {
      for (const one of all) {
        const { mailing, batch, round } = one;
        const seq = this.#known.get(mailing) ?? begun.get(mailing) ?? this.#begin(one, now);
        begun.set(mailing, seq);
        const answers = deflateRawSync(one.answers, deflate);
        this.#db.run(addBatch, { mailing: seq, batch, round, at: now, answers });
      }
    });
    for (const [mailing, seq] of begun) this.#keep(mailing, seq);
  }

  /** Mailings by Message-ID, or by an id that theirs begins with. */
  async find(text: string): Promise<readonly TracedMailing[]> {
    const rows = text.includes('@')
      ? this.#db.all(byMessage, { id: text, limit: maxFound })
      : this.#db.all(byName, { from: text, to: `${text}~`, limit: maxFound });
    return rows.map(mailingOf);
  }

  /** The mailing of which the MTA took a copy under this name: reads the ledger backwards. */
  async byQueueId(queueId: string): Promise<TracedMailing | undefined> {
    const line = new RegExp(`^d ${queueIdPattern(queueId)}(?: |$)`, 'm');
    for (let before = Number.MAX_SAFE_INTEGER; ; ) {
      const rows = this.#db.all(newest, { before, limit: page });
      for (const { mailing, answers } of rows) {
        if (!line.test(inflateRawSync(answers).toString())) continue;
        const row = this.#db.get(bySeq, { seq: mailing });
        if (row) return mailingOf(row);
      }
      const last = rows.at(-1);
      if (!last) return undefined;
      before = last.seq;
    }
  }

  /** What was handed over of a mailing, in the order in which it was. */
  async *batches(mailing: number): AsyncGenerator<TracedBatch> {
    for (let after = 0; ; ) {
      const rows = this.#db.all(batchesOf, { mailing, after, limit: page });
      for (const { batch, round, at, answers } of rows) {
        yield { batch, round, at, answers: readAnswers(inflateRawSync(answers).toString()) };
      }
      const last = rows.at(-1);
      if (!last) return;
      after = last.seq;
    }
  }

  /** Forgets hand-overs before `before`, page by page; the number of them. */
  async prune(before: number): Promise<number> {
    for (let pruned = 0; ; ) {
      const rows = this.#db.all(oldBatches, { before, limit: page });
      this.#db.transaction(() => {
        for (const row of rows) this.#db.run(dropBatch, row);
      });
      pruned += rows.length;
      if (rows.length === 0) {
        this.#db.run(dropMailings, { before });
        return pruned;
      }
    }
  }

  close(): void {
    this.#db.close();
  }

  #begin(one: HandedOver, now: number): number {
    const row = this.#db.get(addMailing, {
      id: one.mailing,
      list: one.list ?? null,
      message_id: one.messageId,
      received: one.received,
      hops: JSON.stringify(one.hops),
      at: now,
    });
    if (!row) throw new Error(`the ledger took no ${one.mailing}`);
    return row.seq;
  }

  #keep(mailing: string, seq: number): void {
    const [oldest] = this.#known.keys();
    if (this.#known.size >= maxKnown && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(mailing, seq);
  }
}

function mailingOf({ message_id, list, hops, at: _, ...row }: MailingRow): TracedMailing {
  return {
    ...row,
    list: list === null ? undefined : listId(list),
    messageId: message_id,
    hops: JSON.parse(hops) as TracedMailing['hops'],
  };
}
