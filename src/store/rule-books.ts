/** What the rules ask of the books. */
import type { Address } from '../mail/address.ts';
import type { ListId } from '../model/ids.ts';
import type { Ban, DmarcFinding, Past, PastOrder } from '../model/posting.ts';
import { allBans, type BanRecord, bansOf } from './bans.ts';
import { expireFindings, keepFinding, knownFinding } from './dmarc-findings.ts';
import type { Lists } from './lists.ts';
import { forgetSeen, pastOf } from './seen.ts';
import type { Database } from './sqlite.ts';

/** Rows that are forgotten in one transaction. */
const page = 1000;

/** Bans, what came before, and what DNS said. */
export class RuleBooks {
  readonly #db: Database;
  readonly #lists: Lists;

  constructor(db: Database, lists: Lists) {
    this.#db = db;
    this.#lists = lists;
  }

  /** The bans, of this list and of the site, that mean any of these addresses. */
  async bans(list: ListId | undefined, addresses: readonly Address[]): Promise<readonly Ban[]> {
    return bansOf(this.#db, list && this.#lists.find(list), addresses);
  }

  /** All bans, those of the site first. */
  async allBans(): Promise<readonly BanRecord[]> {
    return allBans(this.#db);
  }

  /** What came to a list before. */
  async past(list: ListId, order: PastOrder): Promise<Past> {
    const known = this.#lists.find(list);
    if (known) return pastOf(this.#db, known.seq, order);
    return { sameId: undefined, accepted: 0, recentByAuthor: 0, recent: 0 };
  }

  /** What was found out about the DMARC policy of a domain, where that still holds. */
  async knownFinding(domain: string, now: number): Promise<DmarcFinding | undefined> {
    return knownFinding(this.#db, domain, now);
  }

  /** Keeps what was found out until then, ms, for all processes. */
  async keepFinding(domain: string, finding: DmarcFinding, until: number): Promise<void> {
    keepFinding(this.#db, domain, finding, until);
  }

  /** Forgets postings that were seen before `before`, and findings that are over by `now`. */
  async prune(before: number, now: number): Promise<number> {
    expireFindings(this.#db, now);
    let forgotten = 0;
    for (;;) {
      const some = forgetSeen(this.#db, before, page);
      forgotten += some;
      if (some < page) return forgotten;
      // Writers get their turn in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
