/**
 * Writes into the ledger what a hand-over came to. The ledger is for people: when it cannot be
 * written, the log says so, and the mail goes on.
 */
import { uptimeMs } from '../ground/clock.ts';
import { explain } from '../ground/errors.ts';
import type { Log } from '../ground/log.ts';
import { isBroken, readMessage } from '../mail/message.ts';
import { messageIdOf } from '../mail/message-id.ts';
import type { MetaOf } from '../model/entry.ts';
import { addressLines, type Recipients } from '../model/recipients.ts';
import type { HandedOver, Ledger } from '../store/ledger.ts';
import type { Entry } from './desk.ts';

/** After trouble it is left alone for so long. */
const troubleMs = 60_000;

export type LedgerNotesParts = {
  /** Opens the ledger; undefined where the site keeps none. */
  readonly open: (() => Promise<Ledger>) | undefined;
  readonly log: Log;
};

/** One process's pen in the ledger. */
export class LedgerNotes {
  readonly #parts: LedgerNotesParts;
  #ledger: Promise<Ledger> | undefined;
  #noted: HandedOver[] = [];
  #troubledUntil = 0;

  constructor(parts: LedgerNotesParts) {
    this.#parts = parts;
  }

  /** `news`: the lines of the batch's progress that nobody was told of. */
  async note(entry: Entry, meta: MetaOf<'batch'>, news: string): Promise<void> {
    const { open } = this.#parts;
    if (open === undefined || uptimeMs() < this.#troubledUntil) return;
    const answers = answersOf(news, meta.work.recipients);
    if (answers.length === 0) return;
    try {
      this.#ledger ??= open();
      const isKnown = (await this.#ledger).knows(meta.work.mailing);
      const messageId = isKnown ? '' : await messageIdIn(entry);
      this.#noted.push(handedOver(meta, messageId, answers));
    } catch (error) {
      this.#trouble(error);
    }
  }

  /**
   * Writes what was noted, in one transaction: called before the batches are settled. A transaction
   * for each was a twelfth of what a small posting cost here.
   */
  async write(now: number): Promise<void> {
    const noted = this.#noted;
    this.#noted = [];
    if (noted.length === 0) return;
    try {
      (await this.#ledger)?.note(noted, now);
    } catch (error) {
      this.#trouble(error);
    }
  }

  async close(): Promise<void> {
    const ledger = await this.#ledger?.catch(() => undefined);
    this.#ledger = undefined;
    ledger?.close();
  }

  #trouble(error: unknown): void {
    this.#ledger = undefined;
    this.#noted = [];
    this.#troubledUntil = uptimeMs() + troubleMs;
    this.#parts.log.error({ event: 'ledger', why: explain(error) }, 'nothing is traced now');
  }
}

async function messageIdIn({ message: path }: Entry): Promise<string> {
  const message = await readMessage(path);
  return isBroken(message) ? '' : (messageIdOf(message.headers) ?? '');
}

function handedOver(meta: MetaOf<'batch'>, messageId: string, answers: Buffer): HandedOver {
  const { mailing } = meta.work;
  return {
    mailing,
    batch: meta.id.startsWith(`${mailing}-`) ? meta.id.slice(mailing.length + 1) : meta.id,
    round: meta.round,
    list: meta.list,
    received: meta.received,
    hops: meta.hops,
    messageId,
    answers,
  };
}

/** `d 0 1 4bX relay` becomes `d 4bX relay` and the two addresses: what the ledger keeps. */
export function answersOf(news: string, recipients: Recipients): Buffer {
  const pieces: Buffer[] = [];
  for (const line of news.split('\n')) {
    const kind = line[0];
    const isOne = kind === 'r';
    if (!isOne && kind !== 'd' && kind !== 'f' && kind !== 'l' && kind !== 'm') continue;
    const [, first = '', last = first, rest = ''] =
      (isOne ? /^. (\d+)()? ?(.*)$/ : /^. (\d+) (\d+) ?(.*)$/).exec(line) ?? [];
    if (first === '') continue;
    const end = isOne ? Number(first) : Number(last);
    pieces.push(
      Buffer.from(`${kind === 'm' ? 'l' : kind} ${rest}\n`),
      addressLines(recipients, Number(first), end),
    );
  }
  return Buffer.concat(pieces);
}
