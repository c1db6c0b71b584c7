/**
 * Signatures over a message (DKIM, and the two kinds of ARC), of which parts may differ from copy
 * to copy.
 *
 * A signature is a field whose value ends with `b=`. What is signed are the fields that it names,
 * and itself without the value of `b`. Places in them that each copy fills in for itself are
 * numbers between texts; so what is the same for all is worked out once.
 */
import { createHash, sign as signBytes } from 'node:crypto';
import { type Canonical, relaxedField } from './canonical.ts';
import type { Algorithm, SigningKey } from './key.ts';

/** Text, and the numbers of values that stand between. */
export type Mold = readonly (string | number)[];

/** A value number as it stands in a text that is to become a mold; no mail has such characters. */
const open = '\uE000';
const close = '\uE001';

/** Writes a value's number into a text. */
export function moldMark(value: number): string {
  return `${open}${value}${close}`;
}

/** Cuts a text at its marks. */
export function moldOf(text: string): Mold {
  return text
    .split(/\uE000(\d+)\uE001/)
    .map((piece, i) => (i % 2 === 1 ? Number(piece) : piece))
    .filter((piece) => piece !== '');
}

/** Puts the values in; those of header fields as relaxed has them. */
export function castMold(mold: Mold, values: readonly string[]): string {
  let text = '';
  for (const piece of mold) {
    text += typeof piece === 'string' ? piece : relaxedPiece(values[piece] ?? '');
  }
  return text;
}

function relaxedPiece(value: string): string {
  const bytes = Buffer.byteLength(value) === value.length ? value : asBytes(value);
  if (!/[\r\n\t]| {2}/.test(bytes)) return bytes;
  return bytes.replaceAll(/\r?\n/g, '').replaceAll(/[ \t]+/g, ' ');
}

/** Text as UTF-8, a character a byte. */
function asBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** One field of a header, its value still folded. Marks may stand in the value. */
export type RawField = { readonly name: string; readonly value: string };

/**
 * The fields that a signature covers: each as often as it is there, and those that must not be
 * added on the way once more than that (RFC 6376 section 8.15).
 */
const signed = [
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'list-id',
  'list-help',
  'list-owner',
  'list-post',
  'list-subscribe',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'list-archive',
  'list-mute',
  'archived-at',
  'precedence',
] as const;
const sealedAgainstMore = new Set<string>([
  'from',
  'reply-to',
  'to',
  'cc',
  'subject',
  'date',
  'message-id',
  'content-type',
  'content-transfer-encoding',
  'list-id',
  'list-unsubscribe',
  'list-unsubscribe-post',
]);

/** The names for `h=`; fields of which copies differ can be left out. */
export function namesToSign(
  fields: readonly RawField[],
  isWanted: (field: RawField) => boolean = () => true,
): string[] {
  return signed.flatMap((name) => {
    const own = fields.filter((field) => field.name.trim().toLowerCase() === name);
    if (!own.every(isWanted)) return [];
    const times = own.length + (sealedAgainstMore.has(name) ? 1 : 0);
    return Array.from({ length: times }, () => name);
  });
}

/** The fields of a header, a character a byte. */
export function rawFields(header: string): RawField[] {
  return header
    .replaceAll(/\r?\n/g, '\r\n')
    .split(/\r\n(?![ \t])/)
    .flatMap((text) => {
      const [, name, value] = /^([!-9;-~]+[ \t]*):([\s\S]*)$/.exec(text) ?? [];
      return name === undefined || value === undefined ? [] : [{ name, value }];
    });
}

/** What is signed of the fields that `h=` names: of several of one name the last comes first. */
export function coveredText(
  fields: readonly RawField[],
  names: readonly string[],
  form: Canonical = 'relaxed',
): string {
  const left = new Map<string, RawField[]>();
  for (const field of fields) {
    const key = field.name.trim().toLowerCase();
    const own = left.get(key) ?? [];
    own.push(field);
    left.set(key, own);
  }
  let text = '';
  for (const name of names) {
    const field = left.get(name.trim().toLowerCase())?.pop();
    if (!field) continue;
    const isRelaxed = form === 'relaxed';
    const { name: written, value } = field;
    text += `${isRelaxed ? relaxedField(written, value) : `${written}:${value}`}\r\n`;
  }
  return text;
}

/** Signs a text, a character a byte, with a key; base64. Ed25519 signs the hash (RFC 8463). */
export function signText(text: string, { algorithm, key }: Pick<SigningKey, 'algorithm' | 'key'>) {
  const bytes = Buffer.from(text, 'latin1');
  const signature =
    algorithm === 'ed25519'
      ? signBytes(null, createHash('sha256').update(bytes).digest(), key)
      : signBytes('sha256', bytes, key);
  return signature.toString('base64');
}

/** The name of an algorithm in `a=`. */
export function algorithmName(algorithm: Algorithm): string {
  return `${algorithm}-sha256`;
}

/** A signature in lines that fit into a header. */
export function foldBase64(text: string): string {
  return (text.match(/.{1,70}/g) ?? []).join('\r\n\t');
}

/** Names for `h=`, in lines that fit into a header. */
export function foldNames(names: readonly string[]): string {
  const lines: string[] = [];
  let line = '';
  for (const [i, name] of names.entries()) {
    const piece = i === names.length - 1 ? name : `${name}:`;
    if (line.length + piece.length > 68) {
      lines.push(line);
      line = '';
    }
    line += piece;
  }
  return [...lines, line].join('\r\n\t');
}
