/** Follows a message through the house: what is known of it, and what became of each copy. */
import { existsSync } from 'node:fs';
import type { EntryMeta } from '../model/entry.ts';
import type { ListId } from '../model/ids.ts';
import { addressAt } from '../model/recipients.ts';
import { queueIdPattern, type TracedAnswer, type TracedMailing } from '../model/trace.ts';
import { readPlace } from '../spool/parked.ts';
import { allPlaces, type Place } from '../spool/places.ts';
import { open, readProgress } from '../spool/progress.ts';
import { type Ledger, openLedger } from '../store/ledger.ts';
import type { PostingRecord } from '../store/store.ts';
import type { Site } from './site.ts';

/** What is known of a message besides its copies. */
export type Traced = {
  readonly postings: readonly PostingRecord[];
  readonly mailings: readonly TracedMailing[];
  /** Where something of it lies in the queues now. */
  readonly places: readonly Place[];
  /** Found by the name that an MTA gave to copies: only these are meant. */
  readonly queueId: string | undefined;
};

/** What became of one copy, at one moment. */
export type CopyTrace = {
  readonly at: number;
  readonly list: ListId | undefined;
  readonly recipient: string;
  readonly outcome: TracedAnswer['kind'] | 'bounced' | 'waiting';
  readonly relay: string | undefined;
  /** The MTA's name for the copy. */
  readonly queueId: string | undefined;
  /** What was said of it, or why it waits. */
  readonly detail: string | undefined;
  /** The entry that carried it: search our log for it. */
  readonly entry: string;
};

/** One look into the ledger, where there is one. */
export class Tracer implements AsyncDisposable {
  readonly #site: Site;
  #ledger: Promise<Ledger> | undefined;

  constructor(site: Site) {
    this.#site = site;
  }

  /** By Message-ID, by the id of an entry, or by the name that an MTA gave to a copy. */
  async find(text: string): Promise<Traced> {
    const ledger = await this.#open();
    const store = await this.#site.store();
    const messageId = text.includes('@') && !text.startsWith('<') ? `<${text}>` : text;
    let mailings = (await ledger?.find(messageId)) ?? [];
    let queueId: string | undefined;
    let postings = await store.mailings.postings(messageId);
    if (mailings.length === 0 && postings.length === 0 && !text.includes('@')) {
      const one = await ledger?.byQueueId(text);
      if (one) {
        mailings = [one];
        queueId = text;
        postings = await store.mailings.postings(one.messageId);
      }
    }
    const roots = new Set([
      ...postings.map(({ root }) => root),
      ...mailings.map(({ id }) => id.split('-', 1)[0] ?? id),
      ...(text.includes('@') ? [] : [text]),
    ]);
    const places = [...allPlaces(this.#site.spool)].filter(({ id }) =>
      roots.has(id.split('-', 1)[0] ?? id),
    );
    return { postings, mailings, places, queueId };
  }

  /** What became of copies; of one recipient, or of all. */
  async *copies(traced: Traced, recipient?: string): AsyncGenerator<CopyTrace> {
    const wanted = recipient?.toLowerCase();
    const isAsked = (one: string) => wanted === undefined || one.toLowerCase() === wanted;
    const { queueId } = traced;
    if (queueId === undefined) {
      for (const mailing of traced.mailings) yield* this.#handedOver(mailing, isAsked);
      yield* this.#bounced(traced, isAsked);
      for (const place of traced.places) yield* waitingCopies(place, isAsked);
      return;
    }
    // Those that the MTA had under this name, and what came back of them.
    const name = new RegExp(`^${queueIdPattern(queueId)}$`);
    const named = new Set<string>();
    for (const mailing of traced.mailings) {
      for await (const copy of this.#handedOver(mailing, isAsked)) {
        if (!name.test(copy.queueId ?? '')) continue;
        named.add(copy.recipient.toLowerCase());
        yield copy;
      }
    }
    yield* this.#bounced(traced, (one) => named.has(one.toLowerCase()));
  }

  async *#handedOver(
    { seq, id, list }: TracedMailing,
    isWanted: (address: string) => boolean,
  ): AsyncGenerator<CopyTrace> {
    const ledger = await this.#open();
    if (!ledger) return;
    for await (const { batch, at, answers } of ledger.batches(seq)) {
      for (const { kind, relay, queueId, reply, recipients } of answers) {
        // A small mailing is one batch, and no child of a mailing's entry.
        const entry = batch.includes('-') ? batch : `${id}-${batch}`;
        const about = { at, list, outcome: kind, relay, queueId, detail: reply };
        for (const one of recipients) {
          if (isWanted(one)) yield { ...about, recipient: one, entry };
        }
      }
    }
  }

  async *#bounced(
    { postings }: Traced,
    isWanted: (address: string) => boolean,
  ): AsyncGenerator<CopyTrace> {
    const store = await this.#site.store();
    for (const { list, root } of postings) {
      for await (const event of store.bounces.ofPost(list, root)) {
        if (event.via === 'refused' || !isWanted(event.address)) continue;
        const about = { at: event.at, list, recipient: event.address, outcome: 'bounced' } as const;
        const detail = `${event.status} ${event.diagnostic}`.trim();
        yield { ...about, relay: undefined, queueId: undefined, detail, entry: event.entry };
      }
    }
  }

  #open(): Promise<Ledger> | undefined {
    const { ledger } = this.#site.paths;
    if (existsSync(ledger)) this.#ledger ??= openLedger(ledger);
    return this.#ledger;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    (await this.#ledger)?.close();
  }
}

/** Recipients of a batch who have no answer that lasts. */
function* waitingCopies(
  place: Place,
  isWanted: (address: string) => boolean,
): Generator<CopyTrace> {
  if (place.queue !== 'outgoing') return;
  const read = readPlace(place);
  if (read.kind !== 'entry' || read.meta.work.kind !== 'batch') return;
  const { meta } = read;
  const { recipients } = read.meta.work;
  const { states } = readProgress(place.folder, recipients.length);
  const detail = waitText(place, meta);
  for (const [n, state] of states.entries()) {
    const address = addressAt(recipients, n);
    if (state !== open || !isWanted(address)) continue;
    const about = {
      at: meta.due,
      list: meta.list,
      recipient: address,
      outcome: 'waiting',
    } as const;
    yield { ...about, relay: undefined, queueId: undefined, detail, entry: meta.id };
  }
}

function waitText(place: Place, { due, attempts }: EntryMeta): string {
  if (place.kind === 'claimed') return `in the hands of ${place.worker}`;
  if (place.kind === 'parked') return `parked: ${place.where}`;
  const tried = attempts > 0 ? `, tried ${attempts} times` : '';
  return `due ${new Date(due).toISOString()}${tried}`;
}
