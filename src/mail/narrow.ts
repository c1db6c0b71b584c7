/**
 * A message as seven-bit mail, for MTAs without 8BITMIME, and for signatures, which those on the
 * way who lack it would break (RFC 6376 section 5.3).
 *
 * Parts with eight-bit bytes are re-coded, text as quoted-printable and all else as base64; raw
 * text in headers becomes encoded words. What needs no change keeps its bytes, and so does what is
 * signed: there it could be changed by nobody.
 */
import type { Message } from './message.ts';
import { type MimePart, walkMime } from './mime.ts';
import { base64Lines, quotedEncoder } from './transfer.ts';
import type { HeaderBlock } from './types.ts';

/** So many bytes make one line of base64. */
const lineBytes = 57;

type Encoder = { push(bytes: Buffer): Buffer; end(): Buffer };

/** The bytes of the message; undefined where it cannot be walked through. */
export async function narrowed(
  message: Message,
): Promise<(() => AsyncGenerator<Buffer>) | undefined> {
  const wide = await wideParts(message);
  return wide && (() => rewritten(message, wide));
}

/** The leaves with eight-bit bytes in them, by number. */
async function wideParts(message: Message): Promise<ReadonlySet<number> | undefined> {
  const found = new Set<number>();
  for await (const event of walkMime(message, { embedded: true })) {
    if (event.kind === 'verdict') return undefined;
    const { part, bytes } = event;
    if (event.kind === 'content' && !isSigned(part) && isWide(bytes)) found.add(part.index);
  }
  return found;
}

async function* rewritten(message: Message, wide: ReadonlySet<number>): AsyncGenerator<Buffer> {
  let open: { readonly part: MimePart; readonly encoder: Encoder } | undefined;
  const { lineEnd } = message.headers;
  for await (const event of walkMime(message, { embedded: true })) {
    if (event.kind === 'verdict') throw new Error(event.reason);
    const { part, bytes } = event;
    if (open && (event.kind !== 'content' || part !== open.part)) {
      yield open.encoder.end();
      open = undefined;
    }
    if (event.kind === 'part') {
      yield headerOf(part, bytes, wide);
      if (wide.has(part.index)) open = { part, encoder: encoderFor(part, lineEnd) };
    } else if (open && event.kind === 'content') yield open.encoder.push(bytes);
    else yield bytes;
  }
  if (open) yield open.encoder.end();
}

function headerOf(part: MimePart, bytes: Buffer, wide: ReadonlySet<number>): Buffer {
  const isOpen = !isSigned(part);
  const isNarrow = part.container && isOpen && /^(?:8bit|binary)$/.test(part.encoding);
  if (!isOpen || (!isWide(bytes) && !isNarrow && !wide.has(part.index))) return bytes;
  let headers = asciiHeaders(part.headers);
  const name = 'Content-Transfer-Encoding';
  if (isNarrow) headers = headers.setRaw(name, '7bit');
  if (wide.has(part.index)) {
    headers = headers.setRaw(name, isText(part) ? 'quoted-printable' : 'base64');
    if (part.depth === 0 && !headers.has('mime-version')) {
      headers = headers.setRaw('MIME-Version', '1.0');
    }
  }
  return headers.bytesWithBlankLine();
}

/** Fields with raw text as encoded words; one that is there several times stays as it is. */
function asciiHeaders(headers: HeaderBlock): HeaderBlock {
  return headers.names().reduce((block, name) => {
    const [value = '', ...more] = block.raw(name);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what is none of them is not ASCII
    const isAscii = /^[\u0000-\u007f]*$/.test(value);
    return isAscii || more.length > 0 ? block : block.set(name, block.get(name) ?? '');
  }, headers);
}

function isWide(bytes: Buffer): boolean {
  return bytes.some((byte) => byte > 0x7f);
}

/** Lines of text that ASCII line ends divide. */
function isText({ type, params, encoding }: MimePart): boolean {
  const charset = params.get('charset') ?? '';
  return type === 'text' && encoding !== 'binary' && !/^(?:utf-?16|utf-?32|ucs)/i.test(charset);
}

function isSigned(part: MimePart): boolean {
  for (let one: MimePart | undefined = part.parent; one; one = one.parent) {
    if (one.type === 'multipart' && one.subtype === 'signed') return true;
  }
  return false;
}

function encoderFor(part: MimePart, lineEnd: string): Encoder {
  if (isText(part)) return quotedEncoder(lineEnd);
  let carry: Buffer = Buffer.alloc(0);
  return {
    push(bytes) {
      const all = Buffer.concat([carry, bytes]);
      const full = all.length - (all.length % lineBytes);
      carry = all.subarray(full);
      return base64Lines(all.subarray(0, full), lineEnd);
    },
    end: () => base64Lines(carry, lineEnd),
  };
}
