/** How one setting of a list is declared, and the shapes that settings share. */
import * as z from 'zod/mini';
import { isWrong, maxPatterns, readAddressPattern } from './pattern.ts';

export type Definition<S extends z.ZodMiniType> = {
  readonly group: Group;
  readonly schema: S;
  readonly initial: z.infer<S>;
  readonly help: string;
  /** Makes of what a person writes what is kept: a password is kept as a hash. */
  readonly keep?: (text: string) => string;
};

/** The groups of settings, in the order in which they are shown. */
export const groups = {
  identity: 'Who the list is',
  posting: 'Who may post, and what',
  rules: 'What speaks against a posting',
  dmarc: 'What is done for domains that forbid lists to pass their mail on',
  filter: 'Which parts of a message are passed on',
  headers: 'What we write into the header',
  text: 'What we write around the body',
  delivery: 'How copies go out',
  topics: 'What postings are about',
  members: 'What counts for members who do not say otherwise',
  subscriptions: 'What joining and leaving takes',
  moderation: 'What becomes of postings that are held',
  digests: 'What goes out as one message, and when',
  archive: 'What is kept',
  bounces: 'What becomes of bounces and complaints',
} as const;
export type Group = keyof typeof groups;

/** One line of the table. */
export function define<S extends z.ZodMiniType>(
  group: Group,
  schema: S,
  initial: z.infer<S>,
  help: string,
): Definition<S> {
  return { group, schema, initial, help };
}

/** Kinds of values. */
export const line = z.string().check(z.maxLength(500), z.regex(/^[^\r\n\0]*$/, 'must be one line'));
export const text = z.string().check(z.maxLength(20_000));
export const action = z.enum(['accept', 'hold', 'reject', 'discard']);
export const bytes = z.int().check(z.nonnegative());
export const count = z.int().check(z.nonnegative(), z.maximum(1_000_000));

/** Addresses, `^PATTERN` and `@LIST`. */
export const addressPatterns = z
  .array(
    line.check(
      z.refine(
        (entry) => !isWrong(readAddressPattern(entry)),
        'must be addresses, ^PATTERN or @LIST',
      ),
    ),
  )
  .check(z.maxLength(maxPatterns));
