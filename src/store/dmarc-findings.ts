/** What DNS said of domains, kept for all processes for as long as it holds. */
import * as z from 'zod/mini';
import type { DmarcFinding } from '../model/posting.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

const schema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('policy'),
    policy: z.enum(['none', 'quarantine', 'reject']),
    domain: z.string(),
  }),
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('trouble'), why: z.string() }),
]);

const find = query((p: { domain: string; now: number }) =>
  q
    .selectFrom('dmarc_finding')
    .select('finding')
    .where('domain', '=', p.domain)
    .where('until', '>', p.now),
);
const keep = query((p: { domain: string; finding: string; until: number }) =>
  q
    .insertInto('dmarc_finding')
    .values({ domain: p.domain, finding: p.finding, until: p.until })
    .onConflict((conflict) =>
      conflict.column('domain').doUpdateSet((e) => ({
        finding: e.ref('excluded.finding'),
        until: e.ref('excluded.until'),
      })),
    ),
);
const expire = query((p: { now: number }) =>
  q.deleteFrom('dmarc_finding').where('until', '<=', p.now),
);

/** What was found out about a domain, where that still holds. */
export function knownFinding(db: Database, domain: string, now: number): DmarcFinding | undefined {
  const row = db.get(find, { domain, now });
  if (row === undefined) return undefined;
  const parsed = schema.safeParse(JSON.parse(row.finding));
  return parsed.success ? parsed.data : undefined;
}

/** Keeps what was found out until then, ms. */
export function keepFinding(
  db: Database,
  domain: string,
  finding: DmarcFinding,
  until: number,
): void {
  db.transaction(() => db.run(keep, { domain, finding: JSON.stringify(finding), until }));
}

/** Forgets what holds no longer. */
export function expireFindings(db: Database, now: number): void {
  db.transaction(() => db.run(expire, { now }));
}
