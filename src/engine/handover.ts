/**
 * Hands one batch over to the MTA, and says what became of each recipient (I7).
 *
 * Every answer goes into the batch's progress before the next reply is read. So after a crash
 * only those are repeated whose message was sent to its final dot and whose answer had not come:
 * SMTP has no way to ask. A connection that breaks, and 421, are trouble with the world: what was
 * answered stays, the rest waits.
 */
import { wallClock } from '../ground/clock.ts';
import type { Config } from '../ground/config.ts';
import type { Disk } from '../ground/disk.ts';
import type { Log } from '../ground/log.ts';
import { type Address, parseAddress } from '../mail/address.ts';
import { encodeSharedVerp, encodeVerp, envelopeId, type VerpMailing } from '../mail/verp.ts';
import type { MetaOf } from '../model/entry.ts';
import { type ListId, rootId } from '../model/ids.ts';
import { addressAt, memberAt } from '../model/recipients.ts';
import type { Delivery, DsnWishes, Envelope, Stop } from '../mta/delivery.ts';
import type { OnSent } from '../mta/outlet.ts';
import type { Answer } from '../mta/types.ts';
import { open, ProgressLog, readProgress } from '../spool/progress.ts';
import type { Entry } from './desk.ts';
import type { Dispatch } from './dispatch.ts';
import { type LinkParts, type Own, ownCopies, type Persons } from './own-copies.ts';
import type { Renderings } from './renderings.ts';
import { type Deferral, openOnes, type Rest } from './rest.ts';
import { Copies, groupsOf, sendGroups } from './signed-copies.ts';

export type HandOverParts = {
  readonly disk: Disk;
  readonly dispatch: Pick<Dispatch, 'send'>;
  readonly renderings: Renderings;
  /** The domain that signs a list's mail. */
  readonly domainOf: (list: ListId) => Promise<string | undefined>;
  readonly verpKey: Buffer;
  readonly links: LinkParts;
  /** What copies may say of members, by their numbers. */
  readonly persons: (list: ListId, numbers: readonly number[]) => Promise<Persons>;
  readonly separator: Config['site']['separator'];
  /** Let MTAs that offer it make the return paths. */
  readonly xverp: boolean;
  readonly log: Log;
};

type Values = (index: number) => readonly string[];

/** Hands over batches. */
export class HandOver {
  readonly #parts: HandOverParts;

  constructor(parts: HandOverParts) {
    this.#parts = parts;
  }

  /** Hands over what is open of a batch. Rejects with TransientError when no MTA takes it now. */
  async deliver(entry: Entry, meta: MetaOf<'batch'>, stop: Stop = neverStops): Promise<Rest> {
    const { work } = meta;
    const { states, extent } = readProgress(entry.folder, work.recipients.length);
    const unserved = openOnes(states);
    if (unserved.length === 0) return { kind: 'done', positions: [] };
    const own = await this.#own(meta);
    const marks = own && work.personal && { mark: work.personal.mark, names: own.names };
    const domain = meta.list && (await this.#parts.domainOf(meta.list));
    using ready = await this.#parts.renderings.of(entry.message, {
      mailing: work.mailing,
      marks,
      domain,
      arc: work.arc,
    });
    const { message } = ready;
    const copies = own && new Copies(own, message.holes, ready.signing);
    const delivery: Delivery = {
      message,
      narrow: ready.narrow,
      recipients: work.recipients,
      envelope: this.#envelope(meta, copies && ((index) => copies.values(index))),
      ...this.#dsn(meta),
    };
    const { disk } = this.#parts;
    const now = wallClock.now();
    const progress = new ProgressLog(disk, entry.folder, entry.tries, now, extent);
    try {
      const rest = await this.#run(meta, delivery, copies, states, unserved, progress, stop);
      // What remains goes on from here, so the commit must not be ahead of the progress.
      if (rest.positions.length > 0) await progress.sync();
      return rest;
    } finally {
      progress.close();
    }
  }

  async #run(
    meta: MetaOf<'batch'>,
    delivery: Delivery,
    copies: Copies | undefined,
    states: Uint8Array,
    unserved: readonly number[],
    progress: ProgressLog,
    stop: Stop,
  ): Promise<Rest> {
    const { dispatch, log } = this.#parts;
    let deferral: Deferral | undefined;
    const deferred: number[] = [];
    const onSent: OnSent = (positions, answer, relay) => {
      if (answer.kind === 'deferred') {
        deferral = { ...answer, relay: relay.name };
        deferred.push(...positions);
      } else for (const position of positions) states[position] = answered;
      note(progress, positions, answer, relay.name);
      this.#tell(meta, relay.name, delivery, positions, answer);
    };
    const groups = groupsOf(unserved, copies, delivery.message);
    const { end, inFlight, held } = await sendGroups(groups, copies, (group) =>
      dispatch.send(meta, delivery, group, onSent, stop),
    );
    if (inFlight.length > 0) {
      const told = { event: 'in-flight', entry: meta.id, list: meta.list };
      log.warn({ ...told, recipients: inFlight.length }, 'a connection broke before the reply');
    }
    if (end.kind === 'paused') throw end.why;
    const positions = unserved.filter((position) => states[position] === open);
    if (end.kind === 'stopped') return { kind: 'stopped', positions };
    if (held) return { kind: 'held', positions, ...held, deferred };
    // Those in flight were not refused: they are tried again soon, and may get it twice.
    if (deferral === undefined) return { kind: 'broken', positions };
    return { kind: 'deferred', positions, deferral };
  }

  /** One log line a transaction. */
  #tell(
    meta: MetaOf<'batch'>,
    relay: string,
    { recipients }: Delivery,
    positions: readonly number[],
    answer: Answer,
  ): void {
    const [first = 0] = positions;
    const only = positions.length === 1 ? addressAt(recipients, first) : undefined;
    this.#parts.log.info({
      event: answer.kind,
      entry: meta.id,
      list: meta.list,
      relay,
      recipients: positions.length,
      ...(only === undefined ? {} : { to: only }),
      stage: answer.stage,
      code: answer.code,
      ...(answer.queueId === undefined ? { reply: answer.text } : { queueId: answer.queueId }),
    });
  }

  #envelope(meta: MetaOf<'batch'>, values: Values | undefined): Envelope {
    const { work, list } = meta;
    const bounces = work.returnPath === null ? undefined : parseAddress(work.returnPath);
    const isVerp = work.mode === 'verp' && bounces !== undefined && list !== undefined;
    if (!isVerp) {
      const { returnPath } = work;
      if (values === undefined) return { kind: 'shared', returnPath };
      return { kind: 'each', returnPath: () => returnPath, values };
    }
    const { verpKey: key, separator } = this.#parts;
    const mailing: VerpMailing = { key, list, bounces, mailing: rootId(meta.id), separator };
    // A number says: a member of this list.
    const own = work.membersOf === undefined;
    const isShared = this.#parts.xverp && separator === '+' && values === undefined;
    const base = isShared ? encodeSharedVerp(mailing) : undefined;
    return {
      kind: 'each',
      xverp: base === undefined ? undefined : { base, delimiters: '+=' },
      returnPath(index) {
        // Parsed when the member was added; the store gives it back as it was.
        const address = addressAt(work.recipients, index) as Address;
        const number = own ? memberAt(work.recipients, index) : undefined;
        return encodeVerp(mailing, address, number) ?? bounces;
      },
      values: values ?? (() => []),
    };
  }

  /** What fills the holes of this batch; undefined where copies are all the same. */
  async #own({ list, work }: MetaOf<'batch'>): Promise<Own | undefined> {
    const { personal, recipients } = work;
    if (personal === undefined || list === undefined) return undefined;
    const { links, persons } = this.#parts;
    const of = work.membersOf ?? list;
    return await ownCopies(personal, recipients, links, (numbers) => persons(of, numbers));
  }

  /** What an MTA that offers DSN is asked for, so that its reports can be told from forgeries. */
  #dsn({ id, list, work }: MetaOf<'batch'>): { readonly dsn?: DsnWishes } {
    const { dsn = 'none', returnPath } = work;
    if (dsn === 'none' || returnPath === null || !list) return {};
    const envid = envelopeId({ key: this.#parts.verpKey, list }, rootId(id));
    const more = dsn === 'recipient' ? ({ notify: 'FAILURE', orcpt: true } as const) : {};
    return { dsn: { ret: 'HDRS', envid, ...more } };
  }
}

/** Anything but open: what the answer was stands in the progress. */
const answered = 1;
const neverStops: Stop = { aborted: false };

function note(
  progress: ProgressLog,
  positions: readonly number[],
  answer: Answer,
  relay: string,
): void {
  const { kind, stage, code, text } = answer;
  const said = { ...answer, relay };
  if (kind === 'refused' && stage === 'rcpt') {
    for (const position of positions) progress.refused(position, said);
  } else {
    for (const [first, last] of ranges(positions)) {
      if (kind === 'deferred') progress.later(stage === 'rcpt' ? 'l' : 'm', first, last, said);
      else if (kind === 'delivered') {
        const { queueId } = answer;
        const reply = queueId === undefined ? `${code} ${text}` : '';
        progress.delivered(first, last, queueId, relay, reply);
      } else progress.failed(first, last, said);
    }
  }
  progress.write();
}

/** 3 4 5 9 is 3-5, 9-9. */
export function ranges(positions: readonly number[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const position of positions) {
    const range = found.at(-1);
    if (range !== undefined && position === range[1] + 1) range[1] = position;
    else found.push([position, position]);
  }
  return found;
}
