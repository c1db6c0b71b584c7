import { isUtf8 } from 'node:buffer';
import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);
/** The tables of all charsets: loaded by whoever has one to read, as every command would wait. */
const charsets = once(() => ({
  iconv: load('iconv-lite') as typeof import('iconv-lite'),
  libmime: load('libmime') as typeof import('libmime').default,
  libmimeCharset: load('libmime/lib/charset.js') as typeof import('libmime/lib/charset.js'),
}));

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** RFC 2047 section 2: an encoded word is at most 75 characters, its delimiters included. */
const maxWordChars = 75;
const wordFrame = '=?utf-8?q??='.length;
/** Values longer than this are decoded up to here only; no honest field comes near. */
const maxDecodeChars = 262_144;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it finds
const controls = /[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g;

/** The text on one line: runs of line ends and other control characters become one space. */
export function oneLine(text: string): string {
  return text.replace(controls, ' ');
}

/** The text of header bytes: UTF-8 where they are valid UTF-8, else Windows-1252. */
export function headerText(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : decodeText(bytes, 'windows-1252');
}

/** A header value with its RFC 2047 words decoded; always one line, never an error. */
export function decodeWords(value: string): string {
  const text = value.length > maxDecodeChars ? value.slice(0, maxDecodeChars) : value;
  if (!text.includes('=?')) return oneLine(text).trim();
  return oneLine(charsets().libmime.decodeWords(text)).trim();
}

/** Whether a text can stand in a header as it is: ASCII that nothing would decode. */
export function isPlain(text: string): boolean {
  return /^[ -~\t]*$/.test(text) && !text.includes('=?');
}

/**
 * The text with RFC 2047 words (UTF-8) where it needs them, words separated by one space.
 *
 * From the first to the last word that needs it, everything is encoded: white space between two
 * encoded words is not shown by readers, so it has to be inside them. `firstRoom` is how much the
 * line has left for the first word.
 */
export function encodeWords(text: string, firstRoom = maxWordChars): string {
  const line = oneLine(text);
  const parts = line.split(/( +)/);
  const needy = (part: string): boolean => !isPlain(part) || part.length > 900;
  const first = parts.findIndex(needy);
  if (first < 0) return line;
  const last = parts.findLastIndex(needy);
  const before = parts.slice(0, first).join('');
  const inner = parts.slice(first, last + 1).join('');
  const after = parts.slice(last + 1).join('');
  const room = before === '' ? firstRoom : maxWordChars;
  return before + encodedRun(inner, room) + after;
}

/** Everything as encoded words, none longer than RFC 2047 allows, none splitting a character. */
function encodedRun(text: string, firstRoom: number): string {
  const base64 = prefersBase64(text);
  const words: string[] = [];
  let room = Math.max(firstRoom, wordFrame + 24) - wordFrame;
  let chunk = '';
  let size = 0;
  for (const char of text) {
    const cost = base64 ? Buffer.byteLength(char) : quoted(char).length;
    const full = base64 ? Math.ceil((size + cost) / 3) * 4 > room : size + cost > room;
    if (full) {
      words.push(encodedWord(chunk, base64));
      room = maxWordChars - wordFrame;
      chunk = '';
      size = 0;
    }
    chunk += char;
    size += cost;
  }
  words.push(encodedWord(chunk, base64));
  return words.join(' ');
}

function encodedWord(chunk: string, base64: boolean): string {
  if (base64) return `=?utf-8?b?${Buffer.from(chunk).toString('base64')}?=`;
  return `=?utf-8?q?${Array.from(chunk, quoted).join('')}?=`;
}

/** The Q form of one character, in the narrow set that is also allowed in a phrase. */
function quoted(char: string): string {
  if (char === ' ') return '_';
  if (/^[A-Za-z0-9!*+\-/]$/.test(char)) return char;
  let out = '';
  for (const byte of Buffer.from(char)) {
    out += `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

/** Q while most of it stays readable, as in most European languages; else B, which is shorter. */
function prefersBase64(text: string): boolean {
  const chars = Array.from(text);
  const spelled = chars.filter((char) => quoted(char).length > 1).length;
  return spelled * 2 > chars.length;
}

/** A display name or description as an RFC 5322 phrase: atoms, quoted string or encoded words. */
export function formatPhrase(name: string): string {
  const text = oneLine(name).trim();
  if (text === '') return '';
  if (!isPlain(text) || text.length > 200) return encodedRun(text, maxWordChars - 8);
  if (/^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(?: [A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*$/.test(text)) {
    return text;
  }
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** The text of a part's bytes; what says ASCII, or nothing, and is more is UTF-8 where it can be. */
export function partText(bytes: Buffer, charset: string): string {
  return /^us-ascii$/i.test(charset) ? headerText(bytes) : decodeText(bytes, charset);
}

/** The text of bytes in a charset; an unknown charset is read as UTF-8. Never throws. */
export function decodeText(bytes: Buffer, charset: string): string {
  try {
    return charsets().libmimeCharset.decode(bytes, charset);
  } catch {
    return bytes.toString('latin1');
  }
}

/** The bytes of a text in a charset, or undefined where the charset cannot say it (or is unknown). */
export function encodeText(text: string, charset: string): Buffer | undefined {
  const name = charsets().libmimeCharset.normalizeCharset(charset);
  if (/^(?:us-)?ascii$/i.test(charset.trim())) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant
    return /^[\u0000-\u007f]*$/.test(text) ? Buffer.from(text, 'latin1') : undefined;
  }
  if (/^utf-?8$/i.test(name)) return !/\p{Cs}/u.test(text) ? Buffer.from(text, 'utf8') : undefined;
  const bytes = /^iso-?2022-?jp/i.test(name) ? toJis(text) : toCharset(text, name);
  if (bytes === undefined || decodeText(bytes, charset) !== text) return undefined;
  return bytes;
}

function toCharset(text: string, charset: string): Buffer | undefined {
  if (!charsets().iconv.encodingExists(charset)) return undefined;
  // A byte order mark would be right at the start of a text only, and these are pieces of one.
  return charsets().iconv.encode(text, charset, { addBOM: false });
}

/** ISO-2022-JP by way of EUC-JP, whose two-byte characters are JIS X 0208 with the high bit set. */
function toJis(text: string): Buffer | undefined {
  const euc = charsets().iconv.encode(text, 'euc-jp');
  const out: number[] = [];
  let wide = false;
  const shift = (to: boolean): void => {
    if (to === wide) return;
    out.push(0x1b, ...(to ? [0x24, 0x42] : [0x28, 0x42]));
    wide = to;
  };
  for (let i = 0; i < euc.length; i++) {
    const byte = euc[i] ?? 0;
    if (byte === 0x8e || byte === 0x8f) return undefined; // half-width kana, JIS X 0212
    shift(byte >= 0x80);
    out.push(byte & 0x7f);
  }
  shift(false);
  return Buffer.from(out);
}

/** A value with parameters, such as Content-Disposition; RFC 2231 and RFC 2047 forms decoded. */
export type Parameterised = {
  readonly value: string;
  readonly params: ReadonlyMap<string, string>;
};

/** Parse `value; name=value; ...`; parameter names are lower case, the first of a name wins. */
export function parseParameters(value: string): Parameterised {
  const parsed = charsets().libmime.parseHeaderValue(value.slice(0, maxDecodeChars), {
    stripComments: true,
  });
  const params = new Map<string, string>();
  for (const [name, text] of Object.entries(parsed.params)) {
    const decoded = parsed.decodedParams.includes(name) ? oneLine(text) : decodeWords(text);
    params.set(name.toLowerCase(), decoded);
  }
  return { value: parsed.value.trim(), params };
}

/** A parsed Content-Type; what cannot be understood is text/plain, as RFC 2045 5.2 has it. */
export type ContentType = {
  readonly type: string;
  readonly subtype: string;
  readonly params: ReadonlyMap<string, string>;
};

/** Parse a Content-Type value; undefined (no such field) is text/plain; charset=us-ascii. */
export function parseContentType(value: string | undefined): ContentType {
  if (value === undefined) return { type: 'text', subtype: 'plain', params: new Map() };
  const { value: full, params } = parseParameters(value);
  const match = /^([!#$%&'*+\-.^_`|~\w]+)\/([!#$%&'*+\-.^_`|~\w]+)$/.exec(full.toLowerCase());
  if (!match) return { type: 'text', subtype: 'plain', params };
  return { type: match[1] ?? 'text', subtype: match[2] ?? 'plain', params };
}
