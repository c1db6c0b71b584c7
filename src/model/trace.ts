/** What became of copies, as the ledger keeps it. */
import type { ListId } from './ids.ts';

/** One answer of an MTA, or the want of one, and who it was about. */
export type TracedAnswer = {
  readonly kind: 'delivered' | 'refused' | 'failed' | 'deferred';
  /** Of a message that was taken: the MTA's name for it. Search the MTA's log for it. */
  readonly queueId: string | undefined;
  readonly relay: string | undefined;
  /** What was said otherwise: `550 5.1.1 no such user`. */
  readonly reply: string | undefined;
  readonly recipients: readonly string[];
};

/** One hand-over of a batch. */
export type TracedBatch = {
  readonly batch: string;
  readonly round: number;
  readonly at: number;
  readonly answers: readonly TracedAnswer[];
};

/** A mailing of which the ledger knows something. */
export type TracedMailing = {
  readonly seq: number;
  /** As it is called in the queues and in the log. */
  readonly id: string;
  readonly list: ListId | undefined;
  readonly messageId: string;
  /** When the message came to us, ms. */
  readonly received: number;
  /** The queues that it went through, and when. */
  readonly hops: readonly { readonly queue: string; readonly at: number }[];
};

/**
 * The answers of a batch as the ledger keeps them: a line for each answer, and behind it, after a
 * blank each, those who it was about.
 *
 *   d QUEUEID RELAY      taken
 *   d - RELAY 250 text   taken, and not told under what name
 *   r RELAY 550 5.1.1 text   refused for good
 *   f RELAY 554 - text       the message was refused
 *   l RELAY 451 4.7.1 text   later
 *
 * Answers that were kept before relays were named there have none.
 */
const letters = { d: 'delivered', r: 'refused', f: 'failed', l: 'deferred' } as const;
type Letter = keyof typeof letters;
/** A relay may be called `550`: behind it stand a code and an enhanced one all the same. */
const refusalForm = /^(?:(\S+) )?(\d{3} (?:-|\d\.\d+\.\d+) .*)$/;

/**
 * The pattern of a name that an MTA gave to a message, as a person copies it from its log: of
 * qmail's `1700000000_qp_12345` the log has no more than `qp 12345`.
 */
export function queueIdPattern(text: string): string {
  const word = text.trim().replaceAll(/\s+/g, '_');
  return `(?:\\d+_)?${word.replaceAll(/[^\w-]/g, '\\$&')}`;
}

/** Takes a kept text apart; lines that are none say nothing. */
export function readAnswers(text: string): TracedAnswer[] {
  const answers: (Omit<TracedAnswer, 'recipients'> & { recipients: string[] })[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith(' ')) answers.at(-1)?.recipients.push(line.slice(1));
    else if (line.length > 1 && line[0] !== undefined && line[0] in letters) {
      const kind = letters[line[0] as Letter];
      const words = line.slice(2);
      const read = kind === 'delivered' ? readTaken(words) : readRefusal(words);
      answers.push({ kind, ...read, recipients: [] });
    }
  }
  return answers;
}

type Words = Pick<TracedAnswer, 'queueId' | 'relay' | 'reply'>;

function readTaken(words: string): Words {
  const [queueId = '-', relay, ...said] = words.split(' ');
  const reply = said.join(' ') || undefined;
  return { queueId: queueId === '-' ? undefined : queueId, relay, reply };
}

function readRefusal(words: string): Words {
  const [, relay, said = words] = refusalForm.exec(words) ?? [];
  const reply = said.replace(/^(\d+) - /, '$1 ').replace(/^(\d+) (\S+) \2 /, '$1 $2 ');
  return { queueId: undefined, relay, reply };
}
