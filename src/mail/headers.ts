import { rawField, textField } from './field.ts';
import { decodeWords, headerText, oneLine } from './words.ts';

/**
 * The header of a message. Immutable: every change gives a new block, and fields that were not
 * changed keep their bytes, line ends and all, because re-encoding breaks signatures.
 */
export type HeaderBlock = {
  /** The first value of that name: unfolded, RFC 2047 decoded, one line. */
  readonly get: (name: string) => string | undefined;
  /** All values of that name, as `get` gives them. */
  readonly all: (name: string) => string[];
  /** All values of that name, unfolded but not decoded: for what has a structure to parse. */
  readonly raw: (name: string) => string[];
  readonly has: (name: string) => boolean;
  /** The names that occur, lower case, each once, in order. */
  readonly names: () => string[];
  /** How many fields there are, lines that are no field included. */
  readonly size: number;
  /** Replace all fields of that name by one, at the place of the first; else append it. */
  readonly set: (name: string, value: string) => HeaderBlock;
  readonly add: (name: string, value: string) => HeaderBlock;
  /** Add in front, where trace fields go. */
  readonly prepend: (name: string, value: string) => HeaderBlock;
  /** `set`, `add` and `prepend` for a value that is encoded already. */
  readonly setRaw: (name: string, value: string) => HeaderBlock;
  readonly addRaw: (name: string, value: string) => HeaderBlock;
  readonly prependRaw: (name: string, value: string) => HeaderBlock;
  readonly remove: (...names: readonly (string | RegExp)[]) => HeaderBlock;
  /** Only the fields whose (lower-case) name is wanted; lines that are no field go. */
  readonly filter: (wanted: (name: string) => boolean) => HeaderBlock;
  /** All but the fields of this name whose value, unfolded, is not wanted. */
  readonly without: (name: string, isUnwanted: (value: string) => boolean) => HeaderBlock;
  /** The line end that new fields get: that of the first line. */
  readonly lineEnd: '\r\n' | '\n';
  /** The block without the blank line that ends it. */
  readonly bytes: () => Buffer;
  /** The block and the blank line, ready for a body. */
  readonly bytesWithBlankLine: () => Buffer;
};

type Field = {
  /** Lower-case name; empty for a line that is no field (an mbox From_ line, garbage). */
  readonly key: string;
  readonly bytes: Buffer;
};

const lf = 0x0a;

/** Parse the bytes of a header block, up to and without the blank line. Never throws. */
export function parseHeaders(bytes: Buffer): HeaderBlock {
  const firstEnd = bytes.indexOf(lf);
  const bare = firstEnd === 0 || (firstEnd > 0 && bytes[firstEnd - 1] !== 0x0d);
  return blockOf(splitFields(bytes), bare ? '\n' : '\r\n');
}

/** A block without fields, to which a new message's are added. */
export const noHeaders: HeaderBlock = parseHeaders(Buffer.alloc(0));

function splitFields(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  let start = 0;
  while (start < bytes.length) {
    const end = fieldEnd(bytes, start);
    const field = bytes.subarray(start, end);
    fields.push({ key: keyOf(field, start === 0), bytes: field });
    start = end;
  }
  return fields;
}

/** Behind the last line of the field that starts here; continuation lines begin with white space. */
function fieldEnd(bytes: Buffer, start: number): number {
  let end = start;
  do {
    const at = bytes.indexOf(lf, end);
    if (at < 0) return bytes.length;
    end = at + 1;
  } while (bytes[end] === 0x20 || bytes[end] === 0x09);
  return end;
}

function keyOf(field: Buffer, first: boolean): string {
  const colon = field.indexOf(0x3a);
  if (colon < 1 || colon > 998) return '';
  const name = field.toString('latin1', 0, colon);
  if (first && /^From \S/.test(name)) return '';
  const match = /^([!-9;-~]+)[ \t]*$/.exec(name);
  return match?.[1]?.toLowerCase() ?? '';
}

/** The value of a field, unfolded. */
function unfolded(field: Field): string {
  const text = headerText(field.bytes.subarray(field.bytes.indexOf(0x3a) + 1));
  return oneLine(text.replace(/\r?\n(?=[ \t])/g, '')).trim();
}

function blockOf(fields: readonly Field[], lineEnd: '\r\n' | '\n'): HeaderBlock {
  const named = (name: string): Field[] => {
    const key = name.toLowerCase();
    return fields.filter((field) => field.key === key);
  };
  const made = (name: string, value: string): Field => ({
    key: name.toLowerCase(),
    bytes: textField(name, value, lineEnd),
  });
  const madeRaw = (name: string, value: string): Field => ({
    key: name.toLowerCase(),
    bytes: rawField(name, value, lineEnd),
  });
  const withFields = (next: readonly Field[]): HeaderBlock => blockOf(next, lineEnd);
  const place = (field: Field): HeaderBlock => withFields(replaced(fields, field, lineEnd));
  const append = (field: Field): HeaderBlock => withFields([...terminated(fields, lineEnd), field]);
  const inFront = (field: Field): HeaderBlock => withFields(prepended(fields, field));
  return {
    get: (name) => {
      const key = name.toLowerCase();
      const field = fields.find((candidate) => candidate.key === key);
      return field && decodeWords(unfolded(field));
    },
    all: (name) => named(name).map((field) => decodeWords(unfolded(field))),
    raw: (name) => named(name).map(unfolded),
    has: (name) => named(name).length > 0,
    names: () => [...new Set(fields.flatMap(({ key }) => (key === '' ? [] : [key])))],
    size: fields.length,
    set: (name, value) => place(made(name, value)),
    add: (name, value) => append(made(name, value)),
    prepend: (name, value) => inFront(made(name, value)),
    setRaw: (name, value) => place(madeRaw(name, value)),
    addRaw: (name, value) => append(madeRaw(name, value)),
    prependRaw: (name, value) => inFront(madeRaw(name, value)),
    remove: (...names) => {
      const gone = names.map((name) => (typeof name === 'string' ? name.toLowerCase() : name));
      const kept = fields.filter(({ key }) => key === '' || !gone.some((name) => hits(name, key)));
      return withFields(kept);
    },
    without: (name, isUnwanted) => {
      const gone = new Set(named(name).filter((field) => isUnwanted(unfolded(field))));
      return gone.size === 0
        ? blockOf(fields, lineEnd)
        : withFields(fields.filter((field) => !gone.has(field)));
    },
    filter: (wanted) => withFields(fields.filter(({ key }) => key !== '' && wanted(key))),
    lineEnd,
    bytes: () => Buffer.concat(fields.map((field) => field.bytes)),
    bytesWithBlankLine: () => {
      const ended = terminated(fields, lineEnd).map((field) => field.bytes);
      return Buffer.concat([...ended, Buffer.from(lineEnd)]);
    },
  };
}

function hits(name: string | RegExp, key: string): boolean {
  if (typeof name === 'string') return name === key;
  // A pattern with the g flag remembers where it was; `search` does not.
  return key.search(name) >= 0;
}

/** The fields with the one given in place of all of its name. */
function replaced(fields: readonly Field[], field: Field, lineEnd: string): Field[] {
  const at = fields.findIndex(({ key }) => key === field.key);
  if (at < 0) return [...terminated(fields, lineEnd), field];
  return fields.flatMap((old, i) => {
    if (i === at) return [field];
    return old.key === field.key ? [] : [old];
  });
}

/** In front of everything but an mbox From_ line. */
function prepended(fields: readonly Field[], field: Field): Field[] {
  const [first, ...rest] = fields;
  const isFrom = first?.key === '' && /^>?From /.test(first.bytes.toString('latin1', 0, 6));
  return first && isFrom ? [first, field, ...rest] : [field, ...fields];
}

/** A message may end within its header, without a line end: give it one before more comes. */
function terminated(fields: readonly Field[], lineEnd: string): readonly Field[] {
  const last = fields.at(-1);
  if (!last || last.bytes.at(-1) === lf) return fields;
  return [
    ...fields.slice(0, -1),
    { ...last, bytes: Buffer.concat([last.bytes, Buffer.from(lineEnd)]) },
  ];
}
