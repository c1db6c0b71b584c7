/** The work of what comes in, by itself or with others in a bundle. */
import * as z from 'zod/mini';
import { addressText, listIdSchema } from './audience.ts';
import { maxBundled } from './ids.ts';

const count = z.int().check(z.nonnegative());

/** The addresses of a list besides its own, RFC 2142 and the usage of the field. */
export const subAddresses = [
  'bounces',
  'confirm',
  'join',
  'leave',
  'owner',
  'request',
  'subscribe',
  'unsubscribe',
  'admin',
  'accept',
  'reject',
  'discard',
  'held',
  'mute',
  'author',
] as const;
export type SubAddress = (typeof subAddresses)[number];

/** The ways in. */
export const vias = ['pipe', 'lmtp', 'maildir', 'inject'] as const;

/** Mail as it came, its list not yet looked up. */
export const mailSchema = z.object({
  kind: z.literal('mail'),
  via: z.enum(vias),
});
/** Mail to a sub-address that people give orders by; `detail` is what stood after the `+`. */
export const commandSchema = z.object({
  kind: z.literal('command'),
  to: z.enum(subAddresses),
  detail: z.optional(z.string()),
  /** No mail: a button was pressed on the page of a link. */
  via: z.optional(z.literal('page')),
});
/** A report of what became of our mail. */
export const bounceSchema = z.object({ kind: z.literal('bounce'), detail: z.optional(z.string()) });

/** One of the letters of a bundle: what its entry.json will not have from the bundle's. */
const bundledSchema = z.object({
  sender: z.nullable(addressText),
  recipient: z.optional(addressText),
  list: z.optional(listIdSchema),
  /** Its message is so many bytes of the bundle's, behind those before it. */
  size: count,
  work: z.discriminatedUnion('kind', [mailSchema, commandSchema, bounceSchema]),
});
/** A letter of a bundle. */
export type Bundled = z.infer<typeof bundledSchema>;

/** Several letters that came in together: each becomes an entry of its own in the same queue. */
export const bundleSchema = z.object({
  kind: z.literal('bundle'),
  letters: z.array(bundledSchema).check(z.minLength(2), z.maxLength(maxBundled)),
});
export type BundleWork = z.infer<typeof bundleSchema>;
