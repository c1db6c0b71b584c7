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
import { judgeReply } from '../src/engine/diagnose.ts';
import { HandOver, type Rest } from '../src/engine/handover.ts';
import { Peers } from '../src/engine/peers.ts';
import { relaysOf } from '../src/engine/relays.ts';
import { uptimeMs, wallClock } from '../src/ground/clock.ts';
import type { Config } from '../src/ground/config.ts';
import { unreachable } from '../src/ground/errors.ts';
import { tag } from '../src/mail/keyed.ts';
import type { Change, Refusal } from '../src/model/change.ts';
import type { MetaOf, WorkOf } from '../src/model/entry.ts';
import type { ListId } from '../src/model/ids.ts';
import { type Fate, finish, later, type Outcome, park } from '../src/model/outcome.ts';
import { Outlet } from '../src/mta/outlet.ts';
import { ProgressLog, progressSince, type Refused } from '../src/spool/progress.ts';

const dayMs = 86_400_000;
/** After a broken connection its recipients are tried again this soon, then later and later. */
const firstBrokenMs = 5000;

export const runner = defineEquipped(
  { reads: 'outgoing', writes: [], gatherMs: 100, fair: true },
  async (site, signal) => {
    const { config, paths, log } = site;
    // A line a transaction; what counts is in the batch's progress, which is written at once.
    site.bufferLog();
    const { connections } = config.outgoing;
    const outlet = new Outlet(relaysOf(config, paths.root), connections, uptimeMs);
    const key = site.secret().for('log');
    const peers = new Peers(async (list) => (await site.store()).bounces.providers(list));
    const handOver = new HandOver({
      outlet,
      verpKey: site.secret().for('verp'),
      links: {
        key: site.secret().for('link'),
        separator: config.site.separator,
        url: config.web.url,
      },
      persons: async (list, numbers) => (await site.store()).people.persons(list, numbers),
      separator: config.site.separator,
      xverp: config.outgoing.xverp,
      log,
      logged: (address) =>
        config.log.addresses === 'plain' ? address : tag(key, 'log', address.toLowerCase()),
      signal,
    });
    return {
      // One more than connections: it is read while the others are on their way.
      batch: connections + 1,
      step: async (entry, desk): Promise<Outcome<never>> => {
        const { meta } = entry;
        if (!isBatch(meta)) return { fate: park('shunt', `no batch but ${meta.work.kind}`) };
        const rest = await handOver.deliver(entry, meta);
        return await outcomeOf(entry, meta, rest, desk.config, wallClock.now(), peers);
      },
      close: () => outlet.close(),
    };
  },
);

function isBatch(meta: Entry['meta']): meta is MetaOf<'batch'> {
  return meta.work.kind === 'batch';
}

async function outcomeOf(
  entry: Entry,
  meta: MetaOf<'batch'>,
  rest: Rest,
  config: Config,
  now: number,
  peers: Peers,
): Promise<Outcome<never>> {
  const { work } = meta;
  const since = work.since ?? now;
  const expired = rest.kind === 'deferred' && now - since >= config.outgoing.expireDays * dayMs;
  if (expired) expire(entry, rest, config.outgoing.expireDays);
  const done = expired || rest.positions.length === 0;
  const news = progressSince(entry.folder, work.reported);
  const counts = {
    delivered: news.delivered,
    refused: news.refused.length,
    failed: news.failed,
  };
  const changes: Change[] = [];
  if (news.refused.length > 0) {
    const { list } = meta;
    const refusals = await Promise.all(
      news.refused.map((one) => refusalOf(work, one, list, now, peers)),
    );
    changes.push({ kind: 'refused', list, mailing: work.mailing, refusals });
  }
  if (done || counts.delivered + counts.refused + counts.failed > 0) {
    changes.push({ kind: 'handed', list: meta.list, mailing: work.mailing, ...counts, done });
  }
  const next = { ...work, reported: news.end };
  const tell = {
    event: 'batch',
    mailing: work.mailing,
    ...counts,
    ...(done ? {} : { open: rest.positions.length }),
  };
  return { changes, fate: done ? finish : again(meta, rest, next, since, config, now), tell };
}

/** When the rest of a batch is tried again. */
function again(
  meta: MetaOf<'batch'>,
  rest: Rest,
  work: WorkOf<'batch'>,
  since: number,
  config: Config,
  now: number,
): Fate {
  const { retryMs } = config.outgoing;
  const waitMs = retryMs[Math.min(meta.attempts, retryMs.length - 1)] ?? 0;
  const attempts = meta.attempts + 1;
  switch (rest.kind) {
    case 'done':
    case 'stopped':
      return later(now, { work, why: 'asked to stop' });
    case 'broken': {
      const soonMs = Math.min(waitMs, firstBrokenMs * 2 ** Math.min(meta.attempts, 16));
      return later(now + soonMs, { work, attempts, why: 'the connection broke' });
    }
    case 'deferred': {
      const { code, text } = rest.deferral;
      return later(now + waitMs, { work: { ...work, since }, attempts, why: `${code} ${text}` });
    }
    default:
      return unreachable(rest);
  }
}

/** What a server said of one recipient, judged like a bounce: it is the same evidence, sooner. */
async function refusalOf(
  work: WorkOf<'batch'>,
  { position, code, enhanced, text }: Refused,
  list: ListId | undefined,
  now: number,
  peers: Peers,
): Promise<Refusal> {
  const [address = '', member] = work.recipients[position] ?? [];
  const refusal = { address, code, text, ...(enhanced === '' ? {} : { enhanced }) };
  if (list === undefined || member === undefined) return refusal;
  const sizes = await peers.of(list, address, now);
  return { ...refusal, member, failure: { ...judgeReply(code, enhanced, text), ...sizes } };
}

/** Tried for long enough: what is open now counts as refused, with what the MTA said last. */
function expire(
  entry: Entry,
  { positions, deferral }: Extract<Rest, { kind: 'deferred' }>,
  days: number,
): void {
  const progress = new ProgressLog(entry.folder, entry.tries);
  const said = `not delivered in ${days} days; last: ${deferral.code} ${deferral.text}`;
  for (const position of positions) {
    progress.refused(position, deferral.code, deferral.enhanced ?? '4.4.7', said);
  }
  progress.close();
}
