/**
 * How one message stands in a volume: a line of what we know of it, its very bytes, and a digest.
 *
 *     listmill-mail 1 {"size":1234,"entry":"...","received":...,"sender":"..."}\n
 *     <the bytes as they came>
 *     \nend <SHA-256, the first 32 hex digits>\n
 *
 * A volume can so be read from its beginning without any index, and each record says whether it
 * is whole. A message that was removed keeps its place, filled with blanks, and says so (`gone`).
 */
import * as z from 'zod/mini';

const count = z.int().check(z.nonnegative());

const headSchema = z.object({
  /** Bytes of the message. */
  size: count,
  /** The entry that brought it, or what it was imported as: never twice in a list. */
  entry: z.string().check(z.minLength(1), z.maxLength(200)),
  /** When it came to us, ms. */
  received: count,
  /** Envelope sender; null is `<>`. */
  sender: z.nullable(z.string()),
  /** The Message-ID that the list gave it, where it came without one. */
  messageId: z.optional(z.string()),
  /** The id that the list had, where its archive has the name of an older one. */
  called: z.optional(z.string()),
  /** It stands in the place of that entry, whose message was redacted. */
  insteadOf: z.optional(z.string()),
});
export type RecordHead = z.infer<typeof headSchema>;

const mark = 'listmill-mail 1 ';
/** Longer than any head that we write. */
export const maxHeadBytes = 8192;
/** Every trailer is so long. */
export const trailerBytes = '\nend \n'.length + 32;

/** The line before a message. */
export function headLine(head: RecordHead): Buffer {
  const line = Buffer.from(`${mark}${JSON.stringify(head)}\n`);
  if (line.length > maxHeadBytes) throw new Error(`the head of ${head.entry} is too long`);
  return line;
}

/** The line behind it; `digest` as 32 hex digits. */
export function trailer(digest: string): Buffer {
  return Buffer.from(`\nend ${digest}\n`);
}

/** What a message is replaced by when its bytes are to go: as long, and plainly nothing. */
export const blank = 0x20;

export type HeadRead =
  | { readonly kind: 'head'; readonly head: RecordHead; readonly bytes: number }
  /** More bytes are needed, or the file ends here. */
  | { readonly kind: 'short' }
  | { readonly kind: 'wrong'; readonly why: string };

/** Reads the line at the beginning of `bytes`. */
export function readHead(bytes: Buffer): HeadRead {
  const end = bytes.subarray(0, maxHeadBytes).indexOf(0x0a);
  if (end < 0) {
    return bytes.length < maxHeadBytes
      ? { kind: 'short' }
      : { kind: 'wrong', why: 'no head of a record' };
  }
  const line = bytes.toString('utf8', 0, end);
  if (!line.startsWith(mark)) return { kind: 'wrong', why: 'no head of a record' };
  try {
    const parsed = headSchema.safeParse(JSON.parse(line.slice(mark.length)));
    if (parsed.success) return { kind: 'head', head: parsed.data, bytes: end + 1 };
    return { kind: 'wrong', why: parsed.error.issues[0]?.message ?? 'unreadable' };
  } catch (error) {
    return { kind: 'wrong', why: String(error) };
  }
}

/** The digest in a trailer, or undefined where it is none. */
export function readTrailer(bytes: Buffer): string | undefined {
  return /^\nend ([0-9a-f]{32})\n$/.exec(bytes.toString('latin1'))?.[1];
}
