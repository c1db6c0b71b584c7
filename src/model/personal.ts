/** What each recipient's copy of a posting has of its own. */
import * as z from 'zod/mini';
import { fragmentLine } from '../mail/hole.ts';

/**
 * How far copies differ: in nothing; in the header (unsubscribing needs one press of a button); or
 * in the texts around the body as well.
 */
export const personalLevels = ['none', 'headers', 'full'] as const;
export type PersonalLevel = (typeof personalLevels)[number];

/** Fragments of one posting at most, and characters of one. */
export const maxFragments = 200;
export const maxFragment = 20_000;

/** By which holes are found; derived from the site's key, so that no author can write one. */
export const personalMark = /^[a-z0-9]{8,64}$/;

/** What a batch must know to fill the holes of its message. */
export const personalSchema = z.object({
  mark: z.string().check(z.regex(personalMark)),
  /** In the template language; the n-th is filled into the holes named after it. */
  fragments: z.array(z.string().check(z.maxLength(maxFragment))).check(z.maxLength(maxFragments)),
  /** Values of the list that the fragments name. */
  given: z.record(z.string(), z.string()),
  /** The list, as its addresses have it, and the language in which it speaks. */
  name: z.string(),
  domain: z.string(),
  language: z.string(),
  /** The list's `linkVersion` when the posting was prepared. */
  links: z.int().check(z.nonnegative()),
});
export type Personal = z.infer<typeof personalSchema>;

/** What is known of somebody who gets a copy. */
export type Person = {
  readonly name: string;
  readonly language: string;
  /** Whatever the list keeps of him besides. */
  readonly attributes: Readonly<Record<string, string>>;
  /** What he wants of his mail: `mode`, `ownPosts` ... */
  readonly options?: Readonly<Record<string, string>>;
};

/** Names that a fragment may use for what differs from recipient to recipient. */
export const personalNames = [
  'address',
  'name',
  'language',
  'attributes',
  'options',
  'unsubscribe_link',
  'preferences_link',
] as const;

/** Mailman's names for the same: people bring their texts along. */
export const foreignNames: ReadonlyMap<string, string> = new Map([
  ['user_address', '{{ address }}'],
  ['user_email', '{{ address }}'],
  ['user_delivered_to', '{{ address }}'],
  ['user_name', '{{ name }}'],
  ['user_name_or_address', '{{ name | default: address }}'],
  ['user_language', '{{ language }}'],
  ['user_optionsurl', '{{ preferences_link }}'],
  ['unsubscribe_link', '{{ unsubscribe_link }}'],
  ['preferences_link', '{{ preferences_link }}'],
]);

/** The hole for what stands in List-Unsubscribe. */
export const unsubscribeHole = 'unsubscribe';

/** Whether a text is written in the template language at all. */
export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}

type Cut = { readonly text: string; readonly fragments: readonly string[] };

/**
 * Takes the fragments out of a text; a line that names each stands in its place. A fragment is a
 * whole line, or all lines of a condition or loop, so that its value can be laid out and encoded
 * by itself wherever the text is put.
 */
export function cutFragments(text: string, mark: string, before: readonly string[]): Cut {
  const lines: string[] = [];
  const fragments = [...before];
  let open: string[] = [];
  let depth = 0;
  const close = (): void => {
    if (open.length === 0) return;
    if (fragments.length < maxFragments) {
      lines.push(fragmentLine(mark, fragments.length));
      fragments.push(open.join('\n').slice(0, maxFragment));
    } else lines.push(...open);
    open = [];
    depth = 0;
  };
  for (const line of text.split(/\r?\n/)) {
    if (depth === 0 && !isTemplate(line)) {
      lines.push(line);
      continue;
    }
    open.push(line);
    depth = Math.max(0, depth + depthOf(line));
    if (depth === 0) close();
  }
  close();
  return { text: lines.join('\n'), fragments };
}

/** How many more blocks a line begins than it ends. */
function depthOf(line: string): number {
  const begun = line.match(/\{%-?\s*(?:if|unless|for|case|capture|comment|raw)\b/g) ?? [];
  const ended = line.match(/\{%-?\s*end(?:if|unless|for|case|capture|comment|raw)\b/g) ?? [];
  return begun.length - ended.length;
}

/** Whether one of the fragments names something. */
export function names(fragments: readonly string[], word: string): boolean {
  const form = new RegExp(`\\b${word}\\b`);
  return fragments.some((one) => form.test(one));
}
