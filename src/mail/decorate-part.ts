/** What the ways of decorating share: parts, their types, and texts laid out for them. */
import { hasFragments, holeOfLine } from './hole.ts';
import type { Peeked } from './peek.ts';
import { base64Lines, decodeTransfer, type Encoding, quoted } from './transfer.ts';
import type { HeaderBlock } from './types.ts';
import { type ContentType, encodeText, parseContentType, parseParameters } from './words.ts';

/** What is put before and behind; empty where nothing is. */
export type Texts = {
  readonly header: string;
  readonly footer: string;
  /** Of lines that stand for what each recipient's copy has of its own; see hole.ts. */
  readonly mark?: string | undefined;
};

/** Whether copies will differ in the texts. */
export function isPersonal({ header, footer, mark }: Texts): boolean {
  return hasFragments(header, mark) || hasFragments(footer, mark);
}

/** A message or a part of one. */
export type Part = { readonly headers: HeaderBlock; readonly body: Peeked };

export type Decorated = { readonly headers: HeaderBlock; readonly chunks: AsyncIterable<Buffer> };

/** RFC 5322 allows 998; a few are left for those who add to a line. */
const maxLineBytes = 990;

/**
 * The type of a part, undefined where it is written wrongly or more than once. RFC 2045 reads such
 * a part as text, but text put into what is really an image would destroy it.
 */
export function typeOf(headers: HeaderBlock): ContentType | undefined {
  const values = headers.raw('content-type');
  if (values.length > 1) return undefined;
  const value = values[0];
  if (value === undefined) return parseContentType(undefined);
  return /^[^\s/;]+\/[^\s/;]+$/.test(parseParameters(value).value)
    ? parseContentType(value)
    : undefined;
}

/** Whether a part is a file to save; so is what is disposed of unheard-of ways (RFC 2183 2.8). */
export function isAttachment(headers: HeaderBlock): boolean {
  return headers.raw('content-disposition').some((value) => !/^(?:inline\b|$)/i.test(value));
}

/** The decoded beginning of a part; undefined where it is not in the encoding that it declares. */
export function contentHead(body: Peeked, encoding: Encoding): Buffer | undefined {
  if (encoding === 'base64' && !isBase64(body)) return undefined;
  return decodeTransfer(body.head, encoding);
}

/** Plain text behind the padding is there often, put by others who did not look. */
function isBase64({ head }: Peeked): boolean {
  const text = head.toString('latin1').trimEnd();
  return /^[A-Za-z0-9+/\s]*(?:=\s*){0,2}$/.test(text);
}

/** Whether OpenPGP text stands in it: signed or encrypted, and not to be touched. */
export function hasPgp(content: Buffer): boolean {
  return content.includes('-----BEGIN PGP ');
}

/** Whether all bytes are of seven bits. */
export function isAscii(bytes: Buffer): boolean {
  return bytes.every((byte) => byte < 0x80);
}

/** The line end that a body uses: that of its first line. */
export function lineEndOf(bytes: Buffer, otherwise: string): string {
  const at = bytes.indexOf(0x0a);
  if (at < 0) return otherwise;
  return at > 0 && bytes[at - 1] === 0x0d ? '\r\n' : '\n';
}

/** The lines of a text, without control characters and without empty ones at the end. */
export function linesOf(text: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what goes
  const clean = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '');
  return clean.trimEnd() === '' ? [] : clean.trimEnd().split(/\r\n|\r|\n/);
}

/** Whether a line is longer than SMTP lets pass (RFC 5321 4.5.3.1.6). */
export function hasLongLine(bytes: Buffer): boolean {
  let start = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, start)) {
    if (at - start > maxLineBytes) return true;
    start = at + 1;
  }
  return bytes.length - start > maxLineBytes;
}

/**
 * Whether text may be added to text in that charset at a line's end. Not where it takes a byte
 * order or a shift state that stands somewhere before. ISO-2022-JP begins each line afresh.
 */
export function takesText(charset: string): boolean {
  return !/^(?:iso-?2022-?(?!jp)|hz|utf-?7|utf-?16|utf-?32|ucs)/i.test(charset.trim());
}

/** Whether ASCII may be put between any two characters of that charset. */
export function takesAscii(charset: string): boolean {
  if (!takesText(charset) || /^iso-?2022/i.test(charset.trim())) return false;
  const sample = '<b>&#1;+=/"';
  return encodeText(sample, charset)?.equals(Buffer.from(sample)) === true;
}

/** A text as a part of its own, for a multipart, without the line end that its delimiter brings. */
export function textPart(text: string, lineEnd: string, mark?: string): Buffer {
  const lines = linesOf(text).map((line) => holeOfLine(line, mark, 'text') ?? line);
  const bytes = Buffer.from(lines.join(lineEnd) + lineEnd);
  // What will stand in the holes may be any text, of any length.
  const isOpen = hasFragments(text, mark);
  const ascii = !isOpen && isAscii(bytes);
  const encoding =
    ascii && !hasLongLine(bytes) ? '7bit' : isOpen ? 'quoted-printable' : denser(bytes);
  const head = [
    `Content-Type: text/plain; charset=${ascii ? 'us-ascii' : 'utf-8'}`,
    `Content-Transfer-Encoding: ${encoding}`,
    'Content-Disposition: inline',
  ];
  const body = encoding === '7bit' ? bytes : encoded(bytes, encoding, lineEnd);
  return Buffer.concat([Buffer.from(`${head.join(lineEnd)}${lineEnd}${lineEnd}`), body]);
}

function denser(bytes: Buffer): 'quoted-printable' | 'base64' {
  const long = quoted(bytes, '\n').length > (bytes.length * 4) / 3 + 8;
  return long ? 'base64' : 'quoted-printable';
}

function encoded(bytes: Buffer, encoding: 'quoted-printable' | 'base64', lineEnd: string): Buffer {
  return encoding === 'base64' ? base64Lines(bytes, lineEnd) : quoted(bytes, lineEnd);
}
