/** Identities: parsed once at the edge, trusted from then on. */

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

/** The id of what `cause` put under `key`: a batch's id so names all of its ancestors. */
export function childId(cause: EntryId, key: string): EntryId {
  return entryId(`${cause}-${key}`);
}

/** The first ancestor: the id under which the message came in. One word to grep the log for. */
export function rootId(id: EntryId): EntryId {
  const dash = id.indexOf('-');
  return dash < 0 ? id : entryId(id.slice(0, dash));
}
