/** Who gets a mailing, as the metadata of its entry has it. */
import * as z from 'zod/mini';
import { maxCrossings } from './crossing.ts';
import { isListId, listId } from './ids.ts';
import { maxTopics } from './topics.ts';

const count = z.int().check(z.nonnegative());
/** Longest address, and longest tag, in an entry. */
export const maxAddress = 1000;
/** An address or a tag of an entry. */
export const addressText = z.string().check(z.maxLength(maxAddress));
/** The id of a list, from outside. */
export const listIdSchema = z.pipe(z.string().check(z.refine(isListId)), z.transform(listId));

/** What the topics of a list say of the posting. */
const topicNames = z.readonly(
  z.array(z.string().check(z.maxLength(100))).check(z.maxLength(maxTopics)),
);
/** Of a list without topics, nothing. */
export const topicHitsSchema = z.optional(z.object({ hits: topicNames, of: topicNames }));
const urgentSchema = z.optional(z.boolean());

/** Who gets a mailing: the engine streams it from the roster slice by slice. */
export const audienceSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('members'),
    /** Members up to this number: who joins later does not get it. */
    upTo: count,
    /** Not to the author when he wants no copy of his own postings; an address key. */
    author: z.optional(addressText),
    /** Not to those who got it directly and want it once; address keys. */
    addressed: z.array(addressText).check(z.maxLength(1000)),
    /** Not to those who have muted this thread; its tag. */
    thread: z.optional(addressText),
    /** Not to those who get it on one of these lists. */
    crossings: z.optional(
      z
        .array(
          z.object({
            list: listIdSchema,
            at: count,
            thread: z.optional(addressText),
            topics: topicHitsSchema,
            urgent: urgentSchema,
          }),
        )
        .check(z.maxLength(maxCrossings * 2)),
    ),
    /** To the members of these lists as well; so many of them are cut. */
    include: z.optional(z.array(listIdSchema).check(z.maxLength(maxCrossings))),
    walked: z.optional(count),
    /** The number of the posting: who gets it follows from how members got postings by then. */
    number: z.optional(count),
    /** To those who are told of postings, and not to those who get them. */
    notice: z.optional(z.boolean()),
    /** Not to those who chose other topics. */
    topics: topicHitsSchema,
    /** At once to those who read digests, too. */
    urgent: urgentSchema,
  }),
  /** Those who get this variant of an issue of a digest. */
  z.object({ kind: z.literal('issue'), issue: count, variant: count }),
  z.object({ kind: z.literal('owners') }),
  /** One address, whoever has it. */
  z.object({ kind: z.literal('one'), address: addressText }),
]);
/** Who gets a mailing. */
export type Audience = z.infer<typeof audienceSchema>;
