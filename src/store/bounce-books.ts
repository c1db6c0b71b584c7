/** The books of bounces: what runners, maintenance and people read and decide. */
import { exit, UsageError } from '../ground/errors.ts';
import type { AddressKey } from '../mail/address.ts';
import type { BounceEvent, Bouncer, CauseCount, DomainCount } from '../model/bounce-report.ts';
import type { Care, Storm } from '../model/care.ts';
import type { ListId } from '../model/ids.ts';
import { dayOf } from '../model/score.ts';
import { findAddressee } from './addressee.ts';
import { pruneBounces } from './bounce-prune.ts';
import {
  allBouncers,
  bouncersAt,
  bouncingLists,
  countsByCause,
  countsByDomain,
  eventsOf,
  eventsOfPost,
  rootOfPost,
} from './bounce-reports.ts';
import { reset } from './bouncers.ts';
import { careOf } from './care.ts';
import { tidy } from './care-apply.ts';
import type { Known, Lists } from './lists.ts';
import { q, query, sql } from './sql.ts';
import type { Database } from './sqlite.ts';
import { dropStorm, releaseStorm } from './storm-decisions.ts';
import { stormsOf } from './storm-list.ts';

/** Providers with fewer members than this are not told apart. */
const leastPeers = 2;

const sizes = query((p: { list: number; least: number }) =>
  q
    .selectFrom('member')
    .innerJoin('address', 'address.seq', 'member.address')
    .select(() => [
      sql<string>`substr(address.key, instr(address.key, '@') + 1)`.as('domain'),
      sql<number>`count(*)`.as('members'),
    ])
    .where('member.list', '=', p.list)
    .where('member.role', '=', 'member')
    .groupBy(sql`1`)
    .having(sql`count(*)`, '>=', p.least),
);
const audience = query((p: { list: number }) =>
  q
    .selectFrom('member')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('list', '=', p.list)
    .where('role', '=', 'member'),
);
const shownOn = query((p: { list: number; day: number }) =>
  q.selectFrom('bounce_other').select('shown').where('list', '=', p.list).where('day', '=', p.day),
);

/** How many members a list has, and how many of them each provider. */
export type Providers = {
  readonly audience: number;
  readonly members: ReadonlyMap<string, number>;
};

/** The books about bounces: part of the store. */
export class BounceBooks {
  readonly #db: Database;
  readonly #lists: Lists;
  readonly #now: () => number;

  constructor(db: Database, lists: Lists, now: () => number) {
    this.#db = db;
    this.#lists = lists;
    this.#now = now;
  }

  /** Reads the whole roster: to be kept by whoever asks. */
  async providers(id: ListId): Promise<Providers> {
    const list = this.#lists.find(id);
    if (!list) return { audience: 0, members: new Map() };
    const rows = this.#db.all(sizes, { list: list.seq, least: leastPeers });
    return {
      audience: this.#db.get(audience, { list: list.seq })?.count ?? 0,
      members: new Map(rows.map(({ domain, members }) => [domain, members])),
    };
  }

  /** How many pieces of unrecognised mail were shown to the owners on the day of `now`. */
  async shownToday(id: ListId, now: number): Promise<number> {
    const list = this.#lists.find(id);
    return list ? (this.#db.get(shownOn, { list: list.seq, day: dayOf(now) })?.shown ?? 0) : 0;
  }

  /** What is due on a list, a step's worth of it. */
  async care(id: ListId, now: number): Promise<Care> {
    return careOf(this.#db, this.#want(id), now);
  }

  /** Lists in which something may be due. */
  async bouncing(): Promise<readonly ListId[]> {
    return [...bouncingLists(this.#db, this.#lists)].map(({ view }) => view.id);
  }

  /** What time makes true; before a round. */
  async tidy(id: ListId, who: string, now: number): Promise<{ readonly forgotten: number }> {
    return tidy({ db: this.#db, now, cause: who }, this.#want(id));
  }

  async prune(before: number): Promise<number> {
    return pruneBounces(this.#db, before);
  }

  bouncers(id?: ListId): AsyncGenerator<Bouncer> {
    return allBouncers(this.#db, id && this.#want(id));
  }

  async at(key: AddressKey, id?: ListId): Promise<readonly Bouncer[]> {
    return bouncersAt(this.#db, key, id && this.#want(id));
  }

  events(member: number): Generator<BounceEvent> {
    return eventsOf(this.#db, member);
  }

  /** Who failed of a posting; it is named by number, Message-ID or root id. */
  ofPost(id: ListId, text: string): AsyncGenerator<BounceEvent> {
    const list = this.#want(id);
    const root = rootOfPost(this.#db, list, text);
    if (root === undefined) throw new UsageError(`no posting ${text} on ${id}`, exit.noInput);
    return eventsOfPost(this.#db, list, root);
  }

  async byCause(since: number, id?: ListId): Promise<readonly CauseCount[]> {
    return countsByCause(this.#db, since, id && this.#want(id));
  }

  async byDomain(since: number, limit: number, id?: ListId): Promise<readonly DomainCount[]> {
    return countsByDomain(this.#db, { since, limit, list: id && this.#want(id) });
  }

  async storms(id: ListId): Promise<readonly Storm[]> {
    return stormsOf(this.#db, this.#want(id));
  }

  /** The failures of a storm mean nothing; their number. */
  async dropStorm(storm: number, who: string): Promise<number> {
    return dropStorm(this.#by(who), storm);
  }

  /** The failures of a storm count after all; their number. */
  async releaseStorm(storm: number, who: string): Promise<number> {
    return releaseStorm(this.#by(who), storm);
  }

  /** Says that a member's address is well. Undefined: no member of the list. */
  async reset(
    id: ListId,
    key: AddressKey,
    who: string,
  ): Promise<{ readonly enabled: boolean } | undefined> {
    const list = this.#want(id);
    const found = findAddressee(this.#db, list, { member: undefined, addresses: [key] });
    return found && reset(this.#by(who), list, found);
  }

  #by(cause: string) {
    return { db: this.#db, lists: this.#lists, now: this.#now(), cause };
  }

  #want(id: ListId): Known {
    const known = this.#lists.find(id);
    if (!known) throw new UsageError(`no list ${id}`, exit.noInput);
    return known;
  }
}
