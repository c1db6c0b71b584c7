/** Content transfer encodings (RFC 2045 section 6), whole and streaming. */
import type { HeaderBlock } from './types.ts';

export type Encoding = '7bit' | '8bit' | 'binary' | 'quoted-printable' | 'base64';

/** RFC 2045 section 6.7 and 6.8: no encoded line is longer. */
const maxLine = 76;
/** So many bytes make one line of base64. */
const lineBytes = 57;

/** The encoding that a header declares; undefined where it is none that we know, or several. */
export function encodingOf(headers: Pick<HeaderBlock, 'raw'>): Encoding | undefined {
  const values = headers.raw('content-transfer-encoding');
  if (values.length > 1) return undefined;
  const word = (values[0] ?? '7bit').replace(/\([^)]*\)/g, '').replace(/;.*$/, '');
  switch (word.trim().toLowerCase()) {
    case '':
    case '7bit':
      return '7bit';
    case '8bit':
      return '8bit';
    case 'binary':
      return 'binary';
    case 'quoted-printable':
      return 'quoted-printable';
    case 'base64':
      return 'base64';
    default:
      return undefined;
  }
}

/** The content of encoded bytes, whole. */
export function decodeTransfer(raw: Buffer, encoding: Encoding): Buffer {
  if (encoding === 'quoted-printable') return decodeQuoted(raw).bytes;
  if (encoding === 'base64') return Buffer.from(raw.toString('latin1'), 'base64');
  return raw;
}

/** Decoded quoted-printable, and for each byte (and the end) where it stood in the encoded text. */
export type Unquoted = { readonly bytes: Buffer; readonly offsets: Uint32Array };

/** Decode quoted-printable; what is no valid escape stays as it is, as readers have it. */
export function decodeQuoted(raw: Buffer): Unquoted {
  const bytes = Buffer.allocUnsafe(raw.length);
  const offsets = new Uint32Array(raw.length + 1);
  let size = 0;
  let at = 0;
  while (at < raw.length) {
    const soft = raw[at] === 0x3d ? softBreak(raw, at) : 0;
    if (soft > 0) {
      at += soft;
      continue;
    }
    const escaped = raw[at] === 0x3d ? hexByte(raw, at + 1) : undefined;
    offsets[size] = at;
    bytes[size++] = escaped ?? raw[at] ?? 0;
    at += escaped === undefined ? 1 : 3;
  }
  offsets[size] = raw.length;
  return { bytes: bytes.subarray(0, size), offsets: offsets.subarray(0, size + 1) };
}

/** The length of the soft line break at `at`, 0 where there is none. */
function softBreak(raw: Buffer, at: number): number {
  let end = at + 1;
  while (raw[end] === 0x20 || raw[end] === 0x09) end++;
  if (end >= raw.length) return end - at;
  if (raw[end] === 0x0a) return end + 1 - at;
  return raw[end] === 0x0d && raw[end + 1] === 0x0a ? end + 2 - at : 0;
}

function hexByte(raw: Buffer, at: number): number | undefined {
  const digits = raw.toString('latin1', at, at + 2);
  return /^[0-9A-Fa-f]{2}$/.test(digits) ? Number.parseInt(digits, 16) : undefined;
}

/** Encodes quoted-printable piece by piece. */
export type QuotedEncoder = {
  readonly push: (bytes: Buffer) => Buffer;
  readonly end: () => Buffer;
};

/** An encoder whose lines end with `lineEnd`, whatever the line ends of what it gets. */
export function quotedEncoder(lineEnd: string): QuotedEncoder {
  const hardBreak = Buffer.from(lineEnd);
  const softBreak = Buffer.from(`=${lineEnd}`);
  let out = Buffer.alloc(0);
  let size = 0;
  let column = 0;
  // A space, tab or CR whose form depends on whether the line ends behind it; -1: none.
  let held = -1;
  const put = (byte: number, isLiteral: boolean): void => {
    const width = isLiteral ? 1 : 3;
    if (column + width > maxLine - 1) {
      size += softBreak.copy(out, size);
      column = 0;
    }
    if (isLiteral) out[size] = byte;
    else out.write(escapes[byte] ?? '', size, 'latin1');
    size += width;
    column += width;
  };
  const release = (atLineEnd: boolean): void => {
    if (held < 0) return;
    put(held, held !== 0x0d && !atLineEnd);
    held = -1;
  };
  const take = (byte: number): void => {
    if (byte === 0x0a) {
      if (held === 0x0d) held = -1;
      release(true);
      size += hardBreak.copy(out, size);
      column = 0;
      return;
    }
    // A CR may end the line; then the space before it would be the last on it, so it is escaped.
    release(byte === 0x0d);
    if (byte === 0x0d || byte === 0x20 || byte === 0x09) held = byte;
    else put(byte, byte > 0x20 && byte < 0x7f && byte !== 0x3d);
  };
  /** Room for so many bytes at their widest, with the breaks that they call for. */
  const room = (count: number): void => {
    const widest = (count + 1) * 3;
    const needed = widest + Math.ceil(widest / 60) * softBreak.length + 16;
    if (out.length < needed) out = Buffer.allocUnsafe(needed);
    size = 0;
  };
  return {
    push: (bytes) => {
      room(bytes.length);
      for (const byte of bytes) take(byte);
      return Buffer.from(out.subarray(0, size));
    },
    end: () => {
      room(0);
      release(true);
      return Buffer.from(out.subarray(0, size));
    },
  };
}

const escapes = Array.from({ length: 256 }, (_, byte) => {
  return `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
});

/** Bytes as quoted-printable, whole. */
export function quoted(bytes: Buffer, lineEnd: string): Buffer {
  const encoder = quotedEncoder(lineEnd);
  return Buffer.concat([encoder.push(bytes), encoder.end()]);
}

/** Bytes as base64 in lines, whole, the last line ended too. */
export function base64Lines(bytes: Buffer, lineEnd: string): Buffer {
  const lines = bytes.toString('base64').replace(/.{1,76}/g, `$&${lineEnd}`);
  return Buffer.from(lines, 'latin1');
}

/** A stream as quoted-printable. */
export async function* quotedStream(
  chunks: AsyncIterable<Buffer>,
  lineEnd: string,
): AsyncGenerator<Buffer> {
  const encoder = quotedEncoder(lineEnd);
  for await (const chunk of chunks) yield encoder.push(chunk);
  yield encoder.end();
}

/** A stream as base64 in lines. */
export async function* base64Stream(
  chunks: AsyncIterable<Buffer>,
  lineEnd: string,
): AsyncGenerator<Buffer> {
  let carry: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const all = carry.length === 0 ? chunk : Buffer.concat([carry, chunk]);
    const full = all.length - (all.length % lineBytes);
    carry = all.subarray(full);
    if (full > 0) yield base64Lines(all.subarray(0, full), lineEnd);
  }
  if (carry.length > 0) yield base64Lines(carry, lineEnd);
}

/** The content of a base64 stream. Padding ends a group; some programs join encoded pieces. */
export async function* base64Content(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let carry = '';
  for await (const chunk of chunks) {
    const pieces = (carry + chunk.toString('latin1')).replace(/[^A-Za-z0-9+/=]/g, '').split(/=+/);
    const last = pieces.pop() ?? '';
    const full = last.length - (last.length % 4);
    carry = last.slice(full);
    const ended = pieces.map((piece) => Buffer.from(piece, 'base64'));
    yield Buffer.concat([...ended, Buffer.from(last.slice(0, full), 'base64')]);
  }
  yield Buffer.from(carry, 'base64');
}
