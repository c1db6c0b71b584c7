/** Reports for the bench: made, put into the queue, and counted when they are booked. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { loadConfig } from '../src/ground/config.ts';
import { encodeVerp } from '../src/mail/verp.ts';
import { writeMeta } from '../src/model/entry-text.ts';
import { entryId, type ListId } from '../src/model/ids.ts';
import { messageFile, metaFile, spoolPaths, waitingName } from '../src/spool/layout.ts';
import { reportOf } from '../test/engine/bounced.ts';
import { address } from '../test/literals.ts';
import type { TestSite } from '../test/site.ts';

const priority = 5;

/** A member of the bench's list, by his number from 0: as makeList names them. */
export function memberOf(n: number): string {
  return `m${n + 1}@d${n % 500}.example`;
}

/** Reports that nobody sees yet; `publish` shows them all to the runner. */
export class Reports {
  readonly #tmp: string;
  readonly #new: string;
  readonly #key: Buffer;
  readonly #list: ListId;
  readonly #bounces: string;
  readonly #ready: string[] = [];
  #made = 0;

  constructor(site: TestSite, list: ListId, bounces: string) {
    const paths = spoolPaths(join(site.root, 'spool'));
    this.#tmp = paths.tmp('bounce');
    this.#new = paths.new('bounce', priority);
    this.#key = site.open().secret().for('verp');
    this.#list = list;
    this.#bounces = bounces;
  }

  /** For members `from` up to `from + count`, every `step`th; about 4 KiB each. */
  prepare(mailing: string, count: number, step: number): void {
    const of = { key: this.#key, list: this.#list, bounces: address(this.#bounces), mailing };
    const filler = `X-Filler: ${'x'.repeat(70)}\r\n`.repeat(30);
    for (let n = 0; n < count; n += 1) {
      const recipient = memberOf(n * step);
      const path = encodeVerp(of, address(recipient)) ?? '';
      const detail = path.slice(path.indexOf('+') + 1, path.lastIndexOf('@'));
      const bytes = filler + reportOf({ recipient, to: path, original: '<bench@x.example>' });
      this.#add(bytes, detail);
    }
    execFileSync('sync');
  }

  /** One report with a returned message of so many bytes. */
  prepareLarge(recipient: string, bytes: number): void {
    const report = reportOf({ recipient }).replace(
      /--b--\r\n$/,
      `${`${'x'.repeat(76)}\r\n`.repeat(Math.ceil(bytes / 78))}\r\n--b--\r\n`,
    );
    this.#add(report, undefined);
    execFileSync('sync');
  }

  #add(bytes: string, detail: string | undefined): void {
    this.#made += 1;
    const id = entryId(`b${this.#made}`);
    const folder = join(this.#tmp, id);
    mkdirSync(folder);
    writeFileSync(join(folder, messageFile), bytes);
    const meta = writeMeta({
      version: 1,
      id,
      priority,
      due: this.#made,
      round: 0,
      received: 0,
      sender: null,
      recipient: this.#bounces,
      list: this.#list,
      message: { size: Buffer.byteLength(bytes), digest: null },
      hops: [],
      attempts: 0,
      work: { kind: 'bounce', ...(detail === undefined ? {} : { detail }) },
    });
    writeFileSync(join(folder, metaFile), meta);
    this.#ready.push(id);
  }

  publish(): void {
    for (const id of this.#ready.splice(0)) {
      const name = waitingName({ due: Number(id.slice(1)), id: entryId(id), tries: 0 });
      renameSync(join(this.#tmp, id), join(this.#new, name));
    }
  }
}

/** Looks at the events in the database of a site, beside whoever writes them. */
export function openEvents(site: TestSite) {
  const db = new Sqlite(loadConfig(site.root).paths.database);
  const last = db.prepare('select coalesce(max(seq), 0) from bounce_event').pluck();
  return {
    /** The number of the newest event. */
    newest: (): number => Number(last.get()),
    /** Lays down a history: `count` events of the members of a list, months ago. */
    addHistory(count: number): void {
      const list = Number(db.prepare('select seq from list limit 1').pluck().get());
      const members = Number(db.prepare('select count(*) from member').pluck().get());
      db.exec('begin');
      db.prepare(
        `with recursive n (i) as (select 0 union all select i + 1 from n where i + 1 < ?)
         insert into bounce_event (list, member, address, domain, mailing, via, proof, cause,
           status, diagnostic, detector, entry, at, effect, weight, told)
         select ?, (select number from member where list = ? order by number
             limit 1) + i % ?, 'm' || (i % ?) || '@d' || (i % 500) || '.example',
           'd' || (i % 500) || '.example', 'mailing' || (i / ?), 'report', 'recipient', 'dead',
           '5.1.1', '550 5.1.1 <somebody@example.net>: no such user', 'dsn', 'b' || i || '.0',
           1700000000000 + i, 'counted', 1, 1 from n`,
      ).run(count, list, list, members, members, members);
      db.exec(
        `insert into bouncer (member, list, score, counted_at, last_event)
         select member, list, 0, null, max(seq) from bounce_event where member is not null
         group by member, list
         on conflict (member) do update set last_event = excluded.last_event`,
      );
      db.exec('commit');
      db.pragma('wal_checkpoint(truncate)');
      execFileSync('sync');
    },
    [Symbol.dispose]: () => void db.close(),
  };
}
