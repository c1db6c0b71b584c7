/**
 * Many members at once, all or nothing.
 *
 * What comes in is first collected in a temporary table: reading a file or a pipe may take as
 * long as it likes, and nobody is kept waiting. Few are then moved over in one transaction; many,
 * in chunks that let others write in between (bulk.ts). A crash before that leaves nothing; the
 * temporary table goes with the connection.
 */
import { exit, UsageError } from '../ground/errors.ts';
import { type Address, addressKey } from '../mail/address.ts';
import type { Role } from '../model/list.ts';
import {
  type BulkResult,
  carryOut,
  chunkRows,
  decideBulk,
  finishOthers,
  lockBulk,
  type OnBulk,
  writeDown,
} from './bulk.ts';
import type { Cause } from './change-log.ts';
import type { Known } from './lists.ts';
import type { MemberWish } from './member-admin.ts';
import type { Database } from './sqlite.ts';
import { insertStaged, type Move, removeTaken, updateStaged } from './stage-moves.ts';
import {
  countAdded,
  countChanged,
  countInRole,
  countMissing,
  countStaged,
  createTables,
  pageAdded,
  pageGone,
  stageOne,
} from './stage-queries.ts';
import { noteMissing, noteStaged, takeMissing, takeStaged } from './stage-removal.ts';

/** One line of what came in. */
export type StagedMember = {
  readonly line: number;
  readonly address: Address;
  readonly role: Role;
  readonly wish: MemberWish;
};

export type ImportResult = {
  readonly added: number;
  /** There already, and different now. */
  readonly changed: number;
};

export type SyncPlan = {
  readonly present: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
};

export type ShrinkLimit = { readonly share: number; readonly count: number };

const page = 1000;

/** What came in for one list, and what can be done with it. Has a connection of its own. */
export class Stage {
  readonly #db: Database;
  readonly #list: Known;
  readonly #move: Move;

  constructor(db: Database, list: Known, { now, cause }: Cause, origin?: string) {
    this.#db = db;
    this.#list = list;
    const { id, settings } = list.view;
    const way = `by ${cause}${origin === undefined ? '' : `, from ${origin}`}`;
    this.#move = { list: list.seq, id, mode: settings.mode, now, cause, way };
    db.exec(createTables);
  }

  /** Takes some in; gives those whose address and role were there already. */
  add(members: readonly StagedMember[]): readonly StagedMember[] {
    return this.#db.together(() => members.filter((member) => !this.#stage(member)));
  }

  #stage({ line, address, role, wish }: StagedMember): boolean {
    const { mode, rhythm } = wish;
    const said = { ...wish.options, ...(mode && { mode }), ...(rhythm && { rhythm }) };
    const { changes } = this.#db.run(stageOne, {
      line,
      address,
      key: addressKey(address),
      role,
      name: wish.name ?? null,
      mode: wish.mode ?? null,
      rhythm: wish.rhythm ?? null,
      status: wish.status ?? null,
      action: wish.action ?? null,
      options: Object.keys(said).length === 0 ? null : JSON.stringify(said),
      attributes: wish.attributes === undefined ? null : JSON.stringify(wish.attributes),
    });
    return changes > 0;
  }

  /** Adds all that are not there; with `update`, those that are there get what the lines say. */
  async import(update: boolean, told?: OnBulk): Promise<ImportResult> {
    if (!this.#areFew) {
      const { added, changed } = await this.#inBulk(update, () => undefined, told);
      return { added, changed };
    }
    return this.#db.transaction(() => {
      const changed = update ? updateStaged(this.#db, this.#move) : 0;
      return { added: insertStaged(this.#db, this.#move), changed };
    });
  }

  /** What `sync` would do to a role. */
  plan(role: Role): SyncPlan {
    const list = this.#list.seq;
    return {
      present: this.#db.get(countInRole, { list, role })?.count ?? 0,
      added: this.#db.get(countAdded, { list })?.count ?? 0,
      changed: this.#db.get(countChanged, { list })?.count ?? 0,
      removed: this.#db.get(countMissing, { list, role })?.count ?? 0,
    };
  }

  /** Makes a role what came in. Refuses to remove more than the limit, where there is one. */
  async sync(role: Role, limit: ShrinkLimit | undefined, told?: OnBulk): Promise<SyncPlan> {
    const list = this.#list.seq;
    const present = this.#db.get(countInRole, { list, role })?.count ?? 0;
    if (!this.#areFew || present > chunkRows) {
      const done = await this.#inBulk(
        true,
        () => {
          if (limit !== undefined) refuseShrink(this.plan(role), limit);
          this.#db.run(noteMissing, { list, role });
        },
        told,
      );
      return { present, ...done };
    }
    return this.#db.transaction(() => {
      const plan = this.plan(role);
      if (limit !== undefined) refuseShrink(plan, limit);
      this.#db.run(takeMissing, { list, role });
      removeTaken(this.#db, this.#move);
      updateStaged(this.#db, this.#move);
      insertStaged(this.#db, this.#move);
      return plan;
    });
  }

  /** Removes those who came in; gives their number. */
  async remove(told?: OnBulk): Promise<number> {
    if (!this.#areFew) {
      const note = () => {
        for (const query of noteStaged) this.#db.run(query, {});
      };
      return (await this.#inBulk(false, note, told)).removed;
    }
    return this.#db.transaction(() => {
      this.#db.run(takeStaged, { list: this.#list.seq });
      return removeTaken(this.#db, this.#move);
    });
  }

  /** The addresses that are not on the list yet. */
  *added(): Generator<string> {
    for (let after = 0; ; ) {
      const rows = this.#db.all(pageAdded, { list: this.#list.seq, after, limit: page });
      for (const { address } of rows) yield address;
      const last = rows.at(-1);
      if (!last || rows.length < page) return;
      after = last.line;
    }
  }

  /** The addresses in a role that did not come in. */
  *removed(role: Role): Generator<string> {
    for (let after = 0; ; ) {
      const rows = this.#db.all(pageGone, { list: this.#list.seq, role, after, limit: page });
      for (const { address } of rows) yield address;
      const last = rows.at(-1);
      if (!last || rows.length < page) return;
      after = last.number;
    }
  }

  close(): void {
    this.#db.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  get #areFew(): boolean {
    return (this.#db.get(countStaged, {})?.count ?? 0) <= chunkRows;
  }

  /** The same in chunks that let others write in between; `note` says who leaves. */
  async #inBulk(updates: boolean, note: () => void, told?: OnBulk): Promise<BulkResult> {
    const lock = await lockBulk(this.#db);
    try {
      await finishOthers(this.#db.path);
      this.#db.together(note);
      const number = await writeDown(this.#db, this.#move, updates);
      decideBulk(this.#db, number);
      return await carryOut(this.#db, number, told);
    } finally {
      lock.release();
    }
  }
}

function refuseShrink(plan: SyncPlan, { share, count }: ShrinkLimit): void {
  if (plan.removed <= count || plan.removed <= plan.present * share) return;
  throw new UsageError(
    `this would remove ${plan.removed} of ${plan.present}, more than ` +
      `${Math.round(share * 100)} %: is the input complete? --allow-shrink does it all the same`,
    exit.failure,
  );
}
