/**
 * outgoing - hand batches over to the MTA
 *
 * Store:  writes what became of them: totals of the mailing, refused recipients
 * Fails:  no MTA takes mail now, the batch waits and so does the worker; 4xx, the batch waits for
 *         those recipients; 5xx to a recipient is recorded; 5xx to the message is nobody's bounce
 * Bugs:   after a crash the transactions in flight are repeated: SMTP has no exactly-once (I7)
 */
import { defineEquipped } from '../src/engine/define.ts';
import type { Entry } from '../src/engine/desk.ts';
import { HandOver, type Rest } from '../src/engine/handover.ts';
import { ConnectionPool, relaysOf } from '../src/engine/relays.ts';
import { wallClock } from '../src/ground/clock.ts';
import type { Config } from '../src/ground/config.ts';
import { tag } from '../src/mail/keyed.ts';
import type { Change } from '../src/model/change.ts';
import type { MetaOf } from '../src/model/entry.ts';
import { type Fate, finish, later, type Outcome, park } from '../src/model/outcome.ts';
import { ProgressLog, progressSince } from '../src/spool/progress.ts';

const dayMs = 86_400_000;

export const runner = defineEquipped({ reads: 'outgoing', writes: [] }, async (site, signal) => {
  const { config, paths, log } = site;
  const pool = new ConnectionPool(relaysOf(config, paths.root), wallClock.now, signal);
  const key = site.secret().for('log');
  const handOver = new HandOver({
    pool,
    verpKey: site.secret().for('verp'),
    separator: config.site.separator,
    log,
    logged: (address) =>
      config.log.addresses === 'plain' ? address : tag(key, 'log', address.toLowerCase()),
    signal,
  });
  return {
    batch: config.outgoing.connections,
    step: async (entry, desk): Promise<Outcome<never>> => {
      const { meta } = entry;
      if (!isBatch(meta)) return { fate: park('shunt', `no batch but ${meta.work.kind}`) };
      const rest = await handOver.deliver(entry, meta);
      return outcomeOf(entry, meta, rest, desk.config, wallClock.now());
    },
    close: () => pool.close(),
  };
});

function isBatch(meta: Entry['meta']): meta is MetaOf<'batch'> {
  return meta.work.kind === 'batch';
}

function outcomeOf(
  entry: Entry,
  meta: MetaOf<'batch'>,
  rest: Rest,
  config: Config,
  now: number,
): Outcome<never> {
  const { work } = meta;
  const { retryMs, expireDays } = config.outgoing;
  const since = work.since ?? now;
  const expired = rest.deferral !== undefined && now - since >= expireDays * dayMs;
  if (expired) expire(entry, rest, expireDays);
  const done = expired || rest.positions.length === 0;
  const news = progressSince(entry.folder, work.reported);
  const counts = {
    delivered: news.delivered,
    refused: news.refused.length,
    failed: news.failed,
  };
  const changes: Change[] = [];
  if (news.refused.length > 0) {
    const refusals = news.refused.map(({ position, code, enhanced, text }) => {
      const [address = '', member] = work.recipients[position] ?? [];
      return {
        address,
        code,
        text,
        ...(member === undefined ? {} : { member }),
        ...(enhanced === '' ? {} : { enhanced }),
      };
    });
    changes.push({ kind: 'refused', list: meta.list, mailing: work.mailing, refusals });
  }
  if (done || counts.delivered + counts.refused + counts.failed > 0) {
    changes.push({ kind: 'handed', list: meta.list, mailing: work.mailing, ...counts, done });
  }
  const wait = retryMs[Math.min(meta.attempts, retryMs.length - 1)] ?? 0;
  const next = { ...work, reported: news.end };
  const fate: Fate = done
    ? finish
    : rest.deferral === undefined
      ? later(now, { work: next, why: 'asked to stop' })
      : later(now + wait, {
          work: { ...next, since },
          attempts: meta.attempts + 1,
          why: `${rest.deferral.code} ${rest.deferral.text}`,
        });
  const tell = {
    event: 'batch',
    mailing: work.mailing,
    ...counts,
    deferred: rest.positions.length,
  };
  return { changes, fate, tell };
}

/** Tried for long enough: what is open now counts as refused, with what the MTA said last. */
function expire(entry: Entry, { positions, deferral }: Rest, days: number): void {
  const progress = new ProgressLog(entry.folder, entry.tries);
  const said = `not delivered in ${days} days; last: ${deferral?.code} ${deferral?.text}`;
  for (const position of positions) {
    progress.refused(position, deferral?.code ?? 450, deferral?.enhanced ?? '4.4.7', said);
  }
  progress.close();
}
