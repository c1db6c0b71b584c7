/** What becomes of a batch after a hand-over: what the books hear, and when the rest is tried. */
import type { Config } from '../ground/config.ts';
import type { Disk } from '../ground/disk.ts';
import { unreachable } from '../ground/errors.ts';
import type { Change, Refusal } from '../model/change.ts';
import type { MetaOf, WorkOf } from '../model/entry.ts';
import type { ListId } from '../model/ids.ts';
import { type Fate, finish, later, type Outcome } from '../model/outcome.ts';
import { addressAt, memberAt } from '../model/recipients.ts';
import { progressSince, type Refused, readProgress } from '../spool/progress.ts';
import type { Entry } from './desk.ts';
import { judgeReply } from './diagnose.ts';
import { expire } from './expiry.ts';
import type { LedgerNotes } from './ledger-notes.ts';
import type { Halt } from './mailing-watch.ts';
import type { Peers } from './peers.ts';
import { openOnes, type Rest } from './rest.ts';

/** After a broken connection its recipients are tried again this soon, then later and later. */
const firstBrokenMs = 5000;

/** What is known beside the batch. */
export type About = {
  readonly config: Config;
  readonly disk: Disk;
  readonly now: number;
  readonly peers: Peers;
  /** Whether the mailing is to rest or to end. */
  readonly halt: Halt | undefined;
  /** Told what the MTAs said. */
  readonly ledger: Pick<LedgerNotes, 'note'>;
};

/** Those of a batch who have no answer yet, without asking anybody. */
export function restOf(entry: Entry, { work }: MetaOf<'batch'>): Rest {
  const { states } = readProgress(entry.folder, work.recipients.length);
  return { kind: 'stopped', positions: openOnes(states) };
}

/** The outcome of a batch of which `unserved` are left. */
export async function outcomeOf(
  entry: Entry,
  meta: MetaOf<'batch'>,
  unserved: Rest,
  { config, disk, now, peers, halt, ledger }: About,
): Promise<Outcome<never>> {
  const { work } = meta;
  const since = work.since ?? now;
  const { expireDays } = config.outgoing;
  const isCancelled = halt?.kind === 'cancel';
  const rest = isCancelled ? unserved : expire(disk, entry, work, unserved, expireDays, now);
  const done = isCancelled || rest.positions.length === 0;
  const news = progressSince(entry.folder, work.reported);
  await ledger.note(entry, meta, news.text);
  const counts = {
    delivered: news.delivered,
    refused: news.refused.length,
    failed: news.failed,
    ...(isCancelled ? { cancelled: rest.positions.length } : {}),
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
  if (done) return { changes, fate: finish, tell };
  if (halt?.kind === 'rest') return { changes, fate: resting(halt, next), tell };
  return { changes, fate: again(meta, rest, next, since, config, now), tell };
}

/** A batch of a mailing that is not to go on now. */
export function resting({ until, why }: Extract<Halt, { kind: 'rest' }>, work: WorkOf<'batch'>) {
  return later(until, { work: { ...work, why }, why });
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
      const why = `${code} ${text}`;
      return later(now + waitMs, { work: { ...work, since, why }, attempts, why });
    }
    case 'held':
      return heldAgain(meta, rest, work, since, now + waitMs);
    default:
      return unreachable(rest);
  }
}

/** Those whose time it is not come then; those who were told "later" by the server, later. */
function heldAgain(
  { attempts }: MetaOf<'batch'>,
  { positions, until, why, deferred: put }: Extract<Rest, { kind: 'held' }>,
  work: WorkOf<'batch'>,
  since: number,
  laterAt: number,
): Fate {
  const left = new Set(positions);
  const deferred = put.filter((position) => left.has(position));
  if (deferred.length === 0) return later(until, { work: { ...work, why }, why });
  for (const position of deferred) left.delete(position);
  const old = (work.waits ?? []).filter(([position]) => left.has(position));
  const waits = [...old, ...deferred.map((position): [number, number] => [position, laterAt])];
  const next = { ...work, since, why, waits };
  return later(Math.min(until, laterAt), { work: next, attempts: attempts + 1, why });
}

/** What a server said of one recipient, judged like a bounce: it is the same evidence, sooner. */
async function refusalOf(
  work: WorkOf<'batch'>,
  { position, code, enhanced, text }: Refused,
  list: ListId | undefined,
  now: number,
  peers: Peers,
): Promise<Refusal> {
  const address = addressAt(work.recipients, position);
  const member = memberAt(work.recipients, position);
  const refusal = { address, code, text, ...(enhanced === '' ? {} : { enhanced }) };
  if (list === undefined || member === undefined || work.membersOf) return refusal;
  const sizes = await peers.of(list, address, now);
  return { ...refusal, member, failure: { ...judgeReply(code, enhanced, text), ...sizes } };
}
