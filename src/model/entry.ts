/** The metadata of one entry: what `entry.json` holds (`entry-text.ts` reads and writes it). */
import * as z from 'zod/mini';
import { chainStates } from '../mail/dkim/arc.ts';
import { addressText, audienceSchema, listIdSchema, topicHitsSchema } from './audience.ts';
import { rhythms } from './digest.ts';
import { type EntryId, entryId, isEntryId, type ListId } from './ids.ts';
import { bounceSchema, bundleSchema, commandSchema, mailSchema } from './incoming-work.ts';
import { personalSchema } from './personal.ts';
import { type Priority, queueNames } from './queues.ts';
import type { Recipients } from './recipients.ts';

/** Recipients of one batch. */
export const maxRecipients = 5000;
/** Queues that one entry went through. */
export const maxHops = 64;

const idSchema = z.pipe(z.string().check(z.refine(isEntryId)), z.transform(entryId));
const count = z.int().check(z.nonnegative());

/** Its lines were checked when they were read. */
function areRecipients(value: unknown): value is Recipients {
  return typeof value === 'object' && value !== null;
}

/** How return paths are made: one for all, or one for each recipient. */
export const envelopeModes = ['shared', 'verp'] as const;
const envelopeModeSchema = z.enum(envelopeModes);
export type EnvelopeMode = z.infer<typeof envelopeModeSchema>;

/** What MTAs that offer DSN are asked for: nothing, ENVID, or ENVID, ORCPT and NOTIFY. */
export const dsnWishes = ['none', 'envelope', 'recipient'] as const;
const dsnSchema = z.optional(z.enum(dsnWishes));

/** The link that is added to the chain of those who passed the posting on (ARC). */
const arcSchema = z.optional(
  z.object({ instance: z.int().check(z.minimum(1), z.maximum(50)), state: z.enum(chainStates) }),
);

const workSchema = z.discriminatedUnion('kind', [
  mailSchema,
  bundleSchema,
  /** Accepted for distribution. */
  z.object({ kind: z.literal('posting'), approved: z.boolean() }),
  /** To be handed to all owners and moderators. */
  z.object({ kind: z.literal('relay') }),
  commandSchema,
  /** No mail: moderators are to be told what waits on a list. */
  z.object({ kind: z.literal('held-round') }),
  /** A decision about held postings is in the books; now they go on. */
  z.object({ kind: z.literal('decided'), held: z.array(idSchema).check(z.maxLength(100)) }),
  bounceSchema,
  /** No mail: what is due to the list's bouncing members. */
  z.object({ kind: z.literal('round') }),
  /** `messageId`: what the list gave a posting that came without one. */
  z.object({
    kind: z.literal('archive'),
    messageId: z.optional(addressText),
    /** It is kept; these other archivers have not got it yet. */
    left: z.optional(z.array(addressText).check(z.maxLength(50))),
  }),
  /** To be collected for digests. `upTo`: who joins later does not get it; `thread` is its tag. */
  z.object({
    kind: z.literal('digest'),
    number: count,
    upTo: count,
    thread: z.optional(addressText),
    topics: topicHitsSchema,
  }),
  /** No mail: a stream of digests may turn. */
  z.object({
    kind: z.literal('turn'),
    rhythm: z.enum(rhythms),
    why: z.enum(['asked', 'full', 'due']),
  }),
  /** No mail: the messages of the issue that a turn made, from this variant on. */
  z.object({
    kind: z.literal('issue'),
    rhythm: z.enum(rhythms),
    cause: addressText,
    variant: count,
  }),
  /** A mailing that is being cut into batches: all up to `cursor` are cut. */
  z.object({
    kind: z.literal('mailing'),
    mode: envelopeModeSchema,
    returnPath: z.nullable(addressText),
    dsn: dsnSchema,
    personal: z.optional(personalSchema),
    arc: arcSchema,
    audience: audienceSchema,
    cursor: count,
    batches: count,
    recipients: count,
  }),
  /** One hand-over: these recipients, minus those in `progress`. */
  z.object({
    kind: z.literal('batch'),
    mailing: idSchema,
    mode: envelopeModeSchema,
    returnPath: z.nullable(addressText),
    dsn: dsnSchema,
    personal: z.optional(personalSchema),
    arc: arcSchema,
    /** It rests in the quiet hours of the list. */
    keepsQuiet: z.optional(z.boolean()),
    /** They are members of this list, which the mailing's own includes; their numbers are its. */
    membersOf: z.optional(listIdSchema),
    recipients: z.custom<Recipients>(areRecipients, 'recipients'),
    /** Positions that are not tried before a time, ms: others of the batch may be. */
    waits: z.optional(z.array(z.tuple([count, count])).check(z.maxLength(maxRecipients))),
    /** Why it waits, for people. */
    why: z.optional(z.string().check(z.maxLength(1000))),
    /** When the first attempt failed, ms; the retry limit counts from here. */
    since: z.optional(count),
    /** Bytes of `progress` that the store has been told of. */
    reported: count,
  }),
  /** A message that we wrote ourselves. */
  z.object({
    kind: z.literal('notice'),
    to: z.array(addressText).check(z.maxLength(100)),
    returnPath: z.nullable(addressText),
  }),
]);
export type Work = z.infer<typeof workSchema>;
export type WorkOf<K extends Work['kind']> = Extract<Work, { kind: K }>;

/** Unknown versions are refused, unknown keys are kept out. */
export const entrySchema = z.object({
  version: z.literal(1),
  id: idSchema,
  priority: z.int().check(z.minimum(0), z.maximum(9)),
  due: count,
  /** How often it was settled as `later`: with the id it names one step of work. */
  round: count,
  /** When the message came to us, ms. */
  received: count,
  /** Envelope sender; null is `<>`. */
  sender: z.nullable(addressText),
  /** The envelope recipient that brought it in. */
  recipient: z.optional(addressText),
  list: z.optional(listIdSchema),
  message: z.object({
    size: count,
    digest: z.nullable(z.string()),
    /** No other entry ever had a name for this file: who lets it go may write in it again. */
    own: z.optional(z.literal(true)),
  }),
  /** No other entry ever had a line in its entry.json: who lets it go may write in that again. */
  alone: z.optional(z.literal(true)),
  hops: z.array(z.object({ queue: z.enum(queueNames), at: count })).check(z.maxLength(maxHops)),
  /** How often the outside world said "later" to it. */
  attempts: count,
  work: workSchema,
});

export type EntryMeta = Omit<z.infer<typeof entrySchema>, 'priority'> & {
  readonly priority: Priority;
};

/** The metadata of an entry whose work is known to be of one kind. */
export type MetaOf<K extends Work['kind']> = EntryMeta & { readonly work: WorkOf<K> };

/** Names the one step of work that is settled at once: the key of the settled record. */
export function causeOf(meta: { readonly id: EntryId; readonly round: number }): string {
  return `${meta.id}.${meta.round}`;
}

export type { ListId };
