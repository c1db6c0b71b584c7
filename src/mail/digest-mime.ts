/** A digest whose messages are messages: multipart/digest (RFC 2046 section 5.1.5). */
import { Readable } from 'node:stream';
import { errorCode } from '../ground/errors.ts';
import { textPart } from './decorate-part.ts';
import type { HeaderBlock } from './headers.ts';
import { isBroken, type Message, readMessage } from './message.ts';
import { messageBytes } from './range.ts';
import type { BodyTransform } from './types.ts';

/** One message of a digest: its file, and its number there. */
export type DigestItem = {
  readonly path: string;
  readonly number: number;
  /** It has bytes beyond ASCII. */
  readonly wide: boolean;
};

export type MimeDigest = {
  readonly front: string;
  readonly end: string;
  readonly items: readonly DigestItem[];
  /** One that nobody outside can know. */
  readonly boundary: string;
  /** Said in place of a message that cannot be read any more. */
  readonly gone: string;
};

/** What readers need of a message: whatever else is in its header is about its way to us. */
const kept =
  /^(?:date|from|sender|to|cc|subject|message-id|keywords|in-reply-to|references|reply-to|content-.*|mime-version)$/;

/** The transform that makes the body, and says in the header what it is. What was there goes. */
export function mimeDigest(digest: MimeDigest): BodyTransform {
  return {
    name: 'mime-digest',
    async run(headers, body) {
      body.destroy();
      const typed = multipart(headers, 'mixed', digest.boundary, isWide(digest.items));
      return { headers: typed, body: Readable.from(chunks(digest), { objectMode: false }) };
    },
  };
}

/** The header of a message that is a multipart. */
export function multipart(
  headers: HeaderBlock,
  subtype: 'mixed' | 'alternative',
  boundary: string,
  wide: boolean,
): HeaderBlock {
  const typed = headers
    .setRaw('MIME-Version', '1.0')
    .setRaw('Content-Type', `multipart/${subtype}; boundary="${boundary}"`);
  return wide ? typed.setRaw('Content-Transfer-Encoding', '8bit') : typed;
}

function isWide(items: readonly DigestItem[]): boolean {
  return items.some(({ wide }) => wide);
}

const wideField = 'Content-Transfer-Encoding: 8bit\r\n';

async function* chunks({ front, end, items, boundary, gone }: MimeDigest): AsyncGenerator<Buffer> {
  // Neither begins like the other: readers may compare no more than that (RFC 2046 5.1.1).
  const inner = `m${boundary}`;
  yield Buffer.concat([Buffer.from(`--${boundary}\r\n`), textPart(front, '\r\n')]);
  yield Buffer.from(
    `\r\n--${boundary}\r\nContent-Type: multipart/digest; boundary="${inner}"\r\n` +
      `${isWide(items) ? wideField : ''}\r\n`,
  );
  for (const item of items) {
    yield Buffer.from(`--${inner}\r\n`);
    yield* itemBytes(item, gone);
    yield Buffer.from('\r\n');
  }
  yield Buffer.from(`--${inner}--\r\n\r\n--${boundary}\r\n`);
  yield Buffer.concat([textPart(end, '\r\n'), Buffer.from(`\r\n--${boundary}--\r\n`)]);
}

async function* itemBytes(item: DigestItem, gone: string): AsyncGenerator<Buffer> {
  const message = await readItem(item.path);
  if (!message) {
    yield textPart(gone, '\r\n');
    return;
  }
  yield Buffer.from(`Content-Type: message/rfc822\r\n${item.wide ? wideField : ''}\r\n`);
  const headers = message.headers
    .filter((name) => kept.test(name))
    .setRaw('Message', `${item.number}`);
  yield* messageBytes(headers, message.body);
}

/** Undefined where it is gone, or no message: that must not stop the others. */
export async function readItem(path: string): Promise<Message | undefined> {
  try {
    const message = await readMessage(path);
    return isBroken(message) ? undefined : message;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
