/**
 * Patterns that people enter: regular expressions on an engine whose time grows only with the
 * length of the text, and addresses given literally or by such a pattern.
 *
 * What an expression can say is RE2's: no look-around and no back references, which is what
 * makes other engines slow without a limit.
 */
import { RE2JS, RE2JSException } from 're2js';
import { type Address, type AddressKey, addressKey, parseAddress } from '../mail/address.ts';

/** Longest expression, in characters. */
export const maxPatternChars = 500;
/** Most entries of one list of patterns. */
export const maxPatterns = 1000;
/** Steps of the compiled form: `x{1000}` is a thousand of them, whatever its length. */
const maxProgramSize = 2000;
/** A longer text is looked at up to here: no honest header field comes near. */
const maxTextChars = 10_000;
/** Compiled patterns kept at hand; the oldest goes when another comes. */
const maxKept = 2000;

export type Pattern = {
  readonly source: string;
  /** Whether it occurs anywhere in the text; upper and lower case are the same. */
  test(text: string): boolean;
};

/** Why a text is no pattern: a sentence for the person who entered it. */
export type WrongPattern = { readonly kind: 'wrong'; readonly why: string };

const kept = new Map<string, Pattern | WrongPattern>();

/** Compiles an expression; a wrong one is told, not thrown. The same one is compiled once. */
export function compilePattern(source: string): Pattern | WrongPattern {
  const known = kept.get(source);
  if (known !== undefined) return known;
  const made = compile(source);
  kept.set(source, made);
  const [oldest] = kept.keys();
  if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
  return made;
}

/** Whether compiling gave no pattern. */
export function isWrong<T extends object>(made: T | WrongPattern): made is WrongPattern {
  return 'kind' in made && made.kind === 'wrong';
}

function compile(source: string): Pattern | WrongPattern {
  const name = JSON.stringify(source.slice(0, 80));
  if (source === '') return { kind: 'wrong', why: 'an empty pattern matches everything' };
  if (source.length > maxPatternChars) {
    return {
      kind: 'wrong',
      why: `${name}... has ${source.length} characters; ${maxPatternChars} are allowed`,
    };
  }
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(source, RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const reason = error.message.replace(/^error parsing regexp: /, '').replaceAll('(?i)', '');
    return { kind: 'wrong', why: `${name} is no pattern: ${reason}` };
  }
  if (compiled.programSize() > maxProgramSize) {
    return { kind: 'wrong', why: `${name} is too large: its repeats multiply` };
  }
  return { source, test: (text) => compiled.test(text.slice(0, maxTextChars)) };
}

/**
 * One entry of a list of addresses: `ann@example.com`, `^.*@example\.com$` (what begins with `^`
 * is an expression), or `@cats` and `@cats@example.com` (the members of that list).
 */
export type AddressPattern =
  | { readonly kind: 'address'; readonly key: AddressKey }
  | { readonly kind: 'expression'; readonly pattern: Pattern }
  | { readonly kind: 'members'; readonly list: string };

/** Reads one entry of a list of addresses. */
export function readAddressPattern(text: string): AddressPattern | WrongPattern {
  const entry = text.trim();
  if (entry.startsWith('^')) {
    const pattern = compilePattern(entry);
    return isWrong(pattern) ? pattern : { kind: 'expression', pattern };
  }
  if (entry.startsWith('@')) {
    const list = entry.slice(1).toLowerCase();
    const wrong = list === '' || list.length > 300 || /\s/.test(list);
    return wrong
      ? { kind: 'wrong', why: `${JSON.stringify(entry)} names no list` }
      : { kind: 'members', list };
  }
  const address = parseAddress(entry);
  if (address !== undefined) return { kind: 'address', key: addressKey(address) };
  const shown = JSON.stringify(entry.slice(0, 80));
  return {
    kind: 'wrong',
    why: `${shown} is neither an address, nor ^PATTERN, nor @LIST (its members)`,
  };
}

/**
 * Whether an entry means this address. `isMember` answers for `@LIST`. What cannot be read means
 * nobody: it was refused when it was entered, and a rule must not fail over it.
 */
export function meansAddress(
  entry: string,
  address: Address,
  isMember: (list: string) => boolean = () => false,
): boolean {
  const read = readAddressPattern(entry);
  switch (read.kind) {
    case 'address':
      return read.key === addressKey(address);
    case 'expression':
      // The key too: `Example.COM`, an IDN in either form, quoted local parts.
      return read.pattern.test(address) || read.pattern.test(addressKey(address));
    case 'members':
      return isMember(read.list);
    case 'wrong':
      return false;
  }
}

/** The first entry that means an address, if any. */
export function entryMeaning(
  entries: readonly string[],
  address: Address,
  isMember?: (list: string) => boolean,
): string | undefined {
  return entries.find((entry) => meansAddress(entry, address, isMember));
}
