/**
 * Who a batch goes to: lines of JSON, `["address",number]`, as the store writes them, as they lie
 * in `entry.json`, and as they are handed over. A mailing to a million is cut and sent without an
 * object for each of them; whoever wants to know one reads his line.
 */
import { maxAddress } from './audience.ts';

/** `[address]` or `[address, member number]`. */
export type Recipient = readonly [address: string] | readonly [address: string, member: number];

/** Recipients in their order. Nobody changes the bytes. */
export type Recipients = {
  readonly length: number;
  readonly bytes: Buffer;
  /** Where each line begins, and where the last one ends. Outside the heap: it is as long as they. */
  readonly starts: Uint32Array;
};

const lf = 10;
const blank = 32;
const quote = 34;
const comma = 44;
const bracket = 91;
const backslash = 92;
const bracketEnd = 93;

/** Nobody. */
export const noRecipients: Recipients = {
  length: 0,
  bytes: Buffer.alloc(0),
  starts: new Uint32Array(1),
};

/** Writes the lines of a few. */
export function recipientsOf(list: readonly Recipient[]): Recipients {
  const starts = new Uint32Array(list.length + 1);
  const lines = list.map((one) => Buffer.from(`${JSON.stringify(one)}\n`));
  for (const [n, line] of lines.entries()) starts[n + 1] = (starts[n] ?? 0) + line.length;
  return { length: list.length, bytes: Buffer.concat(lines), starts };
}

/** Reads so many lines; undefined where there are not so many, or one is none of a recipient. */
export function readRecipients(bytes: Buffer, length: number): Recipients | undefined {
  // No line is shorter than `[""]`: a number that is out of all reason takes no memory.
  if (length * 5 > bytes.length) return undefined;
  const starts = new Uint32Array(length + 1);
  let at = 0;
  for (let n = 1; n <= length; n += 1) {
    at = lineEnd(bytes, at);
    if (at < 0) return undefined;
    starts[n] = at;
  }
  return at === bytes.length ? { length, bytes, starts } : undefined;
}

/** Where the line at `from` ends, or -1 if it is no recipient's. */
function lineEnd(bytes: Buffer, from: number): number {
  if (bytes[from] !== bracket || bytes[from + 1] !== quote) return -1;
  const { length } = bytes;
  let at = from + 2;
  let byte = bytes[at] ?? 0;
  while (at < length && byte !== quote && byte !== backslash && byte >= 32) {
    at += 1;
    byte = bytes[at] ?? 0;
  }
  // Escapes, and what is broken, are judged by who knows JSON.
  if (byte !== quote || at - from > maxAddress) return strangeLineEnd(bytes, from);
  at += 1;
  if (bytes[at] === comma) at = digitsEnd(bytes, at + 1);
  return bytes[at] === bracketEnd && bytes[at + 1] === lf ? at + 2 : -1;
}

/** Numbers have no more digits than a safe integer; none are no number. */
function digitsEnd(bytes: Buffer, from: number): number {
  let at = from;
  while (isDigit(bytes[at] ?? 0) && at - from < 16) at += 1;
  return at === from ? -1 : at;
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

function strangeLineEnd(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(lf, from) + 1;
  return end > 0 && isRecipient(parsed(bytes.toString('utf8', from, end))) ? end : -1;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecipient(value: unknown): value is Recipient {
  if (!Array.isArray(value) || value.length < 1 || value.length > 2) return false;
  const [address, member = 0]: readonly unknown[] = value;
  if (typeof address !== 'string' || address.length > maxAddress) return false;
  return Number.isSafeInteger(member) && Number(member) >= 0;
}

/** Where the address of one begins in the bytes; a quote ends it, a backslash escapes. */
export function addressStart({ starts }: Recipients, n: number): number {
  return (starts[n] ?? 0) + 2;
}

/** The address of one; empty where there is no such recipient. */
export function addressAt(recipients: Recipients, n: number): string {
  if (n < 0 || n >= recipients.length) return '';
  const { bytes } = recipients;
  const from = addressStart(recipients, n);
  const end = bytes.indexOf(quote, from);
  const text = bytes.toString('utf8', from, end);
  return text.includes('\\') ? recipientAt(recipients, n)[0] : text;
}

/** The number of one, if he is a member. */
export function memberAt({ bytes, starts, length }: Recipients, n: number): number | undefined {
  if (n < 0 || n >= length) return undefined;
  // Before the bracket and the line end; an address never ends in a digit, but in a quote.
  let at = (starts[n + 1] ?? 0) - 3;
  if (!isDigit(bytes[at] ?? 0)) return undefined;
  let number = 0;
  for (let unit = 1; isDigit(bytes[at] ?? 0); unit *= 10) {
    number += ((bytes[at] ?? 0) - 48) * unit;
    at -= 1;
  }
  return number;
}

/** One of them, who must be there. */
export function recipientAt({ bytes, starts }: Recipients, n: number): Recipient {
  const value = parsed(bytes.toString('utf8', starts[n], starts[n + 1]));
  if (!isRecipient(value)) throw new Error(`there is no recipient ${n}`);
  return value;
}

/** One after the other. */
export function* eachRecipient(recipients: Recipients): Generator<Recipient> {
  for (let n = 0; n < recipients.length; n += 1) yield recipientAt(recipients, n);
}

/** The addresses from one to another as lines of text, a blank before each. */
export function addressLines(recipients: Recipients, first: number, last: number): Buffer {
  const { bytes, starts, length } = recipients;
  const end = Math.min(last + 1, length);
  // The quotes and brackets of each line are longer than what stands in their place here.
  const text = Buffer.allocUnsafe(Math.max(0, (starts[end] ?? 0) - (starts[first] ?? 0)));
  let at = 0;
  for (let n = first; n < end; n += 1) {
    const begin = at;
    text[at++] = blank;
    let from = addressStart(recipients, n);
    for (let byte = bytes[from] ?? quote; byte !== quote; byte = bytes[from] ?? quote) {
      if (byte === backslash) {
        at = begin + 1 + text.write(addressAt(recipients, n), begin + 1);
        break;
      }
      text[at++] = byte;
      from += 1;
    }
    text[at++] = lf;
  }
  return text.subarray(0, at);
}

/** Those at some positions, in that order. */
export function selected({ bytes, starts }: Recipients, positions: ArrayLike<number>): Recipients {
  const { length } = positions;
  const chosen = new Uint32Array(length + 1);
  let size = 0;
  for (let i = 0; i < length; i += 1) {
    const n = positions[i] ?? 0;
    size += (starts[n + 1] ?? 0) - (starts[n] ?? 0);
    chosen[i + 1] = size;
  }
  const target = Buffer.allocUnsafe(size);
  let at = 0;
  for (let i = 0; i < length; i += 1) {
    const n = positions[i] ?? 0;
    const end = starts[n + 1] ?? 0;
    // Byte by byte: for lines as short as these a call is dearer than its work.
    for (let byte = starts[n] ?? 0; byte < end; byte += 1) {
      target[at] = bytes[byte] ?? 0;
      at += 1;
    }
  }
  return { length, bytes: target, starts: chosen };
}

/** Those whose numbers are wanted, and more behind them. */
export function filtered(
  recipients: Recipients,
  wants: (member: number | undefined) => boolean,
  more: readonly Recipient[] = [],
): Recipients {
  const positions: number[] = [];
  for (let n = 0; n < recipients.length; n += 1) {
    if (wants(memberAt(recipients, n))) positions.push(n);
  }
  const kept = selected(recipients, positions);
  if (more.length === 0) return kept;
  const others = recipientsOf(more);
  const length = kept.length + others.length;
  const starts = new Uint32Array(length + 1);
  starts.set(kept.starts);
  starts.set(
    others.starts.map((at) => at + kept.bytes.length),
    kept.length,
  );
  return { length, bytes: Buffer.concat([kept.bytes, others.bytes]), starts };
}

/**
 * Positions in an order in which those of one domain stand together, so that the MTA finds them in
 * one transaction. Two domains that share a hash are mixed, which costs nothing but that.
 */
export function byDomain({ bytes, starts, length }: Recipients): Float64Array {
  const keys = new Float64Array(length);
  for (let n = 0; n < length; n += 1) {
    let hash = 0;
    let at = (starts[n] ?? 0) + 2;
    for (let byte = bytes[at] ?? quote; byte !== quote; byte = bytes[at] ?? quote) {
      // Lower and upper case are one domain; what else this folds together is rare in one.
      hash = byte === atSign ? 0 : (Math.imul(hash, 31) + (byte | 32)) | 0;
      at += 1;
    }
    keys[n] = (hash >>> 0) * maxSlice + n;
  }
  keys.sort();
  for (let n = 0; n < length; n += 1) keys[n] = (keys[n] ?? 0) % maxSlice;
  return keys;
}

const atSign = 64;
/** More than are ever sorted at once; with the hash they are still whole numbers. */
const maxSlice = 2 ** 20;
