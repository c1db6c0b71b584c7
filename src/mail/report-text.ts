/** Makes text of the parts of a report: transfer encodings, charsets, HTML. All of it bounded. */
import { isUtf8 } from 'node:buffer';
import { decodeText } from './words.ts';

/** A part's text is cut here, in characters. */
export const maxText = 64 * 1024;
/** A line is cut here. */
export const maxLine = 1000;
/** Further lines are not read. */
export const maxLines = 2000;

/** Bytes (as latin1) to `max` characters. `transfer` and `charset` are as their fields say. */
export function decodePart(body: string, transfer: string, charset: string, max: number): string {
  const bytes = untransfer(body.slice(0, max * 3), transfer.trim().toLowerCase());
  return decodeCharset(bytes, charset.trim().toLowerCase()).slice(0, max);
}

function untransfer(body: string, transfer: string): string {
  if (transfer === 'base64') {
    const bytes = Buffer.from(body, 'base64').toString('latin1').replace(/\r\n?/g, '\n');
    // What claims to be base64 and is not is read as it stands.
    return /^[\s\w+/=-]*$/.test(body.slice(0, 200)) ? bytes : body;
  }
  if (transfer === 'quoted-printable') return unquote(body);
  return body;
}

function unquote(text: string): string {
  return text
    .replace(/=[ \t]{0,20}\n/g, '')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .replace(/\r\n?/g, '\n');
}

function decodeCharset(bytes: string, charset: string): string {
  const stateful = /^(?:iso-2022|utf-?16|utf-?32|hz)/.test(charset);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the ASCII range is what is meant
  if (!stateful && /^[\x00-\x7f]*$/.test(bytes)) {
    return bytes.includes('\x1b$') ? decodeText(Buffer.from(bytes), 'iso-2022-jp') : bytes;
  }
  const raw = Buffer.from(bytes, 'latin1');
  if (isUtf8(raw) && !stateful) return raw.toString('utf8');
  return charset === '' || charset === 'us-ascii' ? bytes : decodeText(raw, charset);
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/** The text of an HTML page, a line for each block. No renderer: enough to read a report. */
export function htmlText(html: string): string {
  // Plain text that was only called HTML keeps its lines.
  if (!/<[a-z!/]/i.test(html)) return html;
  return dropElements(html)
    .replace(/[\s\u00a0]+/g, ' ')
    .replace(/<(?:br|\/?(?:p|div|tr|li|h\d|table|pre|title|hr|blockquote))\b[^<>]{0,1000}>/gi, '\n')
    .replace(/<[!/a-z][^<>]{0,3000}>/gi, '')
    .replace(/&(?:#(\d{1,6})|#x([0-9a-f]{1,5})|([a-z]{2,8}));?/gi, (all, dec, hex, name) =>
      entity(all, dec, hex, name),
    );
}

function entity(all: string, dec?: string, hex?: string, name?: string): string {
  if (name !== undefined) return entities[name.toLowerCase()] ?? all;
  const code = dec === undefined ? parseInt(hex ?? '20', 16) : Number(dec);
  return code > 0x10ffff || code < 9 ? ' ' : String.fromCodePoint(code).replace('\u00a0', ' ');
}

/** Comments, styles and scripts hold no words for people. */
function dropElements(html: string): string {
  return drop(drop(html, /<!--/g, /-->/g), /<(?:style|script)\b/gi, /<\/(?:style|script)>/gi);
}

function drop(text: string, open: RegExp, close: RegExp): string {
  let out = '';
  let at = 0;
  for (;;) {
    open.lastIndex = at;
    const start = open.exec(text);
    if (!start) break;
    close.lastIndex = start.index;
    const end = close.exec(text);
    // Each search begins where the last one ended, so the whole is linear.
    if (!end) break;
    out += text.slice(at, start.index);
    at = end.index + end[0].length;
  }
  return out + text.slice(at);
}

/** Lines without trailing blanks, bounded in number and length. */
export function linesOf(text: string): string[] {
  return text
    .split('\n', maxLines)
    .map((line) => line.slice(0, maxLine).replaceAll('\u00a0', ' ').trimEnd());
}
