/**
 * Many members at once, all or nothing.
 *
 * What comes in is first collected in a temporary table: reading a file or a pipe may take as
 * long as it likes, and nobody is kept waiting. Then one short transaction moves it over. A crash
 * before that leaves nothing; the temporary table goes with the connection.
 */
import { exit, UsageError } from '../ground/errors.ts';
import { type Address, addressKey } from '../mail/address.ts';
import type { Role } from '../model/list.ts';
import type { Cause } from './change-log.ts';
import type { Known } from './lists.ts';
import type { MemberWish } from './member-admin.ts';
import { lastMember } from './roster.ts';
import type { Database } from './sqlite.ts';
import {
  countAdded,
  countChanged,
  countInRole,
  countMissing,
  createTables,
  insertAddresses,
  insertMembers,
  pageAdded,
  pageGone,
  stageOne,
  takeOptions,
  updateMembers,
} from './stage-queries.ts';
import {
  consentAdded,
  consentRemoved,
  logAdded,
  logRemoved,
  removeGone,
  removeUnusedAddresses,
  takeMissing,
  takeStaged,
} from './stage-removal.ts';

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

/** Page cache for bulk work, KiB. */
export const bulk = { cacheKib: 65_536 };

/** What came in for one list, and what can be done with it. Has a connection of its own. */
export class Stage {
  readonly #db: Database;
  readonly #list: Known;
  readonly #by: Cause;
  /** How they came or went, for the consent record. */
  readonly #way: string;

  constructor(db: Database, list: Known, by: Cause, origin?: string) {
    this.#db = db;
    this.#list = list;
    this.#by = by;
    this.#way = `by ${by.cause}${origin === undefined ? '' : `, from ${origin}`}`;
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
  import(update: boolean): ImportResult {
    return this.#db.transaction(() => {
      const changed = update ? this.#update() : 0;
      return { added: this.#insert(), changed };
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
  sync(role: Role, limit: ShrinkLimit | undefined): SyncPlan {
    return this.#db.transaction(() => {
      const plan = this.plan(role);
      if (limit !== undefined) refuseShrink(plan, limit);
      this.#db.run(takeMissing, { list: this.#list.seq, role });
      this.#removeTaken();
      this.#update();
      this.#insert();
      return plan;
    });
  }

  /** Removes those who came in; gives their number. */
  remove(): number {
    return this.#db.transaction(() => {
      this.#db.run(takeStaged, { list: this.#list.seq });
      return this.#removeTaken();
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

  #update(): number {
    const list = this.#list.seq;
    // Who differs in options only is among those that are updated, so these stand behind.
    const { changes } = this.#db.run(updateMembers, { list, now: this.#by.now });
    const { mode } = this.#list.view.settings;
    this.#db.run(takeOptions, { list, after: 0, mode });
    return changes;
  }

  #insert(): number {
    const { mode } = this.#list.view.settings;
    const { now, cause } = this.#by;
    const before = lastMember(this.#db);
    this.#db.run(insertAddresses, { now });
    const list = this.#list.seq;
    const { changes } = this.#db.run(insertMembers, { list, mode, now, cause });
    this.#db.run(takeOptions, { list, after: before, mode });
    const { id } = this.#list.view;
    this.#db.run(consentAdded, { list, id, now, cause, way: this.#way, after: before });
    // The newest so many of this list are those that were just added.
    this.#db.run(logAdded, { list, id, now, cause, limit: changes });
    return changes;
  }

  #removeTaken(): number {
    const { now, cause } = this.#by;
    const { id } = this.#list.view;
    this.#db.run(consentRemoved, { id, now, cause, way: this.#way });
    this.#db.run(logRemoved, { id, now, cause });
    const { changes } = this.#db.run(removeGone, {});
    this.#db.run(removeUnusedAddresses, {});
    return changes;
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
