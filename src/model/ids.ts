/** Identities: parsed once at the edge, trusted from then on. */
import assert from 'node:assert/strict';

declare const brand: unique symbol;
export type Brand<T, B extends string> = T & { readonly [brand]: B };

/** `name.domain`, lower case: the List-Id (RFC 2919) and the key of a list everywhere. */
export type ListId = Brand<string, 'ListId'>;

/** The name of an entry: `[a-z0-9-]`, at most 120 characters; a put's begins with its cause's. */
export type EntryId = Brand<string, 'EntryId'>;

const entryIdForm = /^[a-z0-9][a-z0-9-]{0,119}$/;
const listIdForm = /^[^\s<>/\\@]{1,250}$/u;

/** An entry id that must be one: a fault of ours where it is none. */
export function entryId(text: string): EntryId {
  if (!isEntryId(text)) throw new Error(`no entry id: ${JSON.stringify(text.slice(0, 150))}`);
  return text;
}

/** Whether a text from outside may be an entry id. */
export function isEntryId(text: string): text is EntryId {
  return entryIdForm.test(text);
}

/** A list id that must be one: a fault of ours where it is none. */
export function listId(text: string): ListId {
  if (!isListId(text)) throw new Error(`no list id: ${JSON.stringify(text.slice(0, 300))}`);
  return text;
}

/** Whether a text from outside may be a list id. */
export function isListId(text: string): text is ListId {
  return listIdForm.test(text) && text === text.toLowerCase();
}

/** A bundle: `b`, how many letters are in it, and a word. */
const bundleForm = /^b(\d\d)[a-z0-9]{16}$/;
/** So many letters are in a bundle at most: its id says the number in two digits. */
export const maxBundled = 16;
const bundleChars = 19;

/** The id of a bundle of so many letters. */
export function bundleId(letters: number, word: string): EntryId {
  const id = entryId(`b${String(letters).padStart(2, '0')}${word}`);
  assert(isBundle(id), id);
  return id;
}

/** Whether an entry is a bundle of letters that came in together. */
export function isBundle(id: string): boolean {
  return bundleForm.test(id);
}

/** How many letters an entry holds: one, if it is no bundle. */
export function lettersIn(id: string): number {
  return Number(bundleForm.exec(id)?.[1] ?? 1);
}

/** The ids of the letters of a bundle. */
export function letterIds(bundle: EntryId): readonly EntryId[] {
  return Array.from({ length: lettersIn(bundle) }, (_, n) => childId(bundle, String(n)));
}

/**
 * The id of what `cause` put under `key`: a batch's id so names all of its ancestors. What is taken
 * out of a bundle came in by itself: it has no ancestor.
 */
export function childId(cause: EntryId, key: string): EntryId {
  return entryId(`${cause}${isBundle(cause) ? 'x' : '-'}${key}`);
}

/** Whether an entry is what `cause` put: its child, not the child's. */
export function isChildOf(text: string, cause: EntryId): text is EntryId {
  return isEntryId(text) && causeIdOf(text) === cause;
}

/** The id of the entry whose step put this: `i1-p` of `i1-p-m`. What came in has none. */
export function causeIdOf(id: string): string | undefined {
  const dash = id.lastIndexOf('-');
  if (dash >= 0) return id.slice(0, dash);
  const bundle = id.slice(0, bundleChars);
  return id[bundleChars] === 'x' && isBundle(bundle) ? bundle : undefined;
}

/** The first ancestor: the id under which the message came in. One word to grep the log for. */
export function rootId(id: EntryId): EntryId {
  const dash = id.indexOf('-');
  return dash < 0 ? id : entryId(id.slice(0, dash));
}
