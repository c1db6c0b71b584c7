/** The slip that a step writes: changes for the books, letters for other queues, and a fate. */
import type { BodyTransform, FileRange, HeaderBlock } from '../mail/types.ts';
import type { Change } from './change.ts';
import type { EntryMeta, Work } from './entry.ts';
import type { ListId } from './ids.ts';
import type { ParkingName, Priority, QueueName } from './queues.ts';

/** The message of a letter. */
export type LetterMessage =
  /** The very file of the entry in hand: a hard link, never a copy. */
  | { readonly kind: 'same' }
  /** A short message that we wrote, whole. */
  | { readonly kind: 'text'; readonly bytes: Buffer }
  /** New headers over the old body; the transforms run once, file to file. */
  | {
      readonly kind: 'draft';
      readonly headers: HeaderBlock;
      readonly body: FileRange;
      readonly transforms: readonly BodyTransform[];
    };

/** A put: a letter for queue `Q`. Its id is the cause's with `key` behind it. */
export type Letter<Q extends QueueName = QueueName> = {
  readonly queue: Q;
  /** `[a-z0-9]+`, unique among all that this entry ever puts, the same when the step is repeated. */
  readonly key: string;
  readonly work: Work;
  readonly message: LetterMessage;
  readonly sender: string | null;
  readonly recipient?: string | undefined;
  readonly list?: ListId | undefined;
  readonly priority: Priority;
  /** Not before this time, ms; at once when left out. */
  readonly due?: number | undefined;
};

export type Fate =
  | { readonly kind: 'finish' }
  /** Again at `at` (ms), as `work` says from then on; `attempts` as given or as it was. */
  | {
      readonly kind: 'later';
      readonly at: number;
      readonly work?: Work | undefined;
      readonly attempts?: number | undefined;
      readonly why?: string | undefined;
    }
  | { readonly kind: 'park'; readonly where: ParkingName; readonly why: readonly string[] };

export type Outcome<Q extends QueueName = QueueName> = {
  readonly changes?: readonly Change[];
  readonly puts?: Iterable<Letter<Q>> | AsyncIterable<Letter<Q>>;
  readonly fate: Fate;
  /** What the log should say of this step besides entry, list and fate. */
  readonly tell?: Told;
};

/** One event for the log: `event` is its name, the rest are its facts. Never a body. */
export type Told = { readonly event: string; readonly [fact: string]: unknown };

/** The entry is done with. */
export const finish: Fate = { kind: 'finish' };

/** The entry comes again at `at` (ms). */
export function later(
  at: number,
  more: { work?: Work; attempts?: number; why?: string } = {},
): Fate {
  return { kind: 'later', at, ...more };
}

/** The entry waits for a person, who is told why. */
export function park(where: ParkingName, ...why: string[]): Fate {
  return { kind: 'park', where, why };
}

/** A letter that takes over envelope, list, priority and message from the entry in hand. */
export function letter<Q extends QueueName>(
  queue: Q,
  meta: EntryMeta,
  work: Work,
  more: Partial<Omit<Letter<Q>, 'queue' | 'work'>> = {},
): Letter<Q> {
  return {
    queue,
    key: more.key ?? queue[0] ?? 'x',
    work,
    message: more.message ?? { kind: 'same' },
    sender: more.sender === undefined ? meta.sender : more.sender,
    recipient: more.recipient ?? meta.recipient,
    list: more.list ?? meta.list,
    priority: more.priority ?? meta.priority,
    due: more.due,
  };
}
