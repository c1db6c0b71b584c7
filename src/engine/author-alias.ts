/**
 * Addresses of a list that stand for its authors: From has them where the policy of the author's
 * domain forbids his own, and an answer there is handed on to him. One author has one address on a
 * list, as long as the key of the site is the same.
 *
 * Nothing comes back from it: the return path is the list's, so no bounce tells the answerer what
 * is behind the alias; no machine's mail is handed on, so two of them cannot talk to one another
 * through it; and it has limits of its own.
 */
import type { Secret } from '../ground/secret.ts';
import { type Address, type AddressKey, addressKey, parseAddress } from '../mail/address.ts';
import { authorsOf } from '../mail/author.ts';
import { tag } from '../mail/keyed.ts';
import { answerable } from '../mail/loops.ts';
import { isBroken, type Message, readMessage } from '../mail/message.ts';
import type { Change } from '../model/change.ts';
import { dayMs, isTooMany } from '../model/change-subscription.ts';
import { readings } from '../model/destination.ts';
import { type ListView, listAddress } from '../model/list.ts';
import { finish, letter, type Outcome, park, type Told } from '../model/outcome.ts';
import type { Desk, Destination, Entry } from './desk.ts';

/** An author, and the address that stands for him. */
export type AuthorAlias = {
  readonly tag: string;
  readonly author: Address;
  readonly address: Address;
};

/** Makes the address; always the same for one author on one list. */
export function aliasOf(
  secret: Secret,
  list: ListView,
  separator: string,
  author: Address,
): AuthorAlias | undefined {
  const name = tag(secret.for('alias'), 'alias', list.id, addressKey(author));
  const address = parseAddress(`${list.name}-author${separator}${name}@${list.domain}`);
  return address && { tag: name, author, address };
}

/** What must be in the books before the first copy is out: whom an address stands for. */
export async function aliasChanges(
  { books }: Pick<Desk, 'books'>,
  list: ListView,
  alias: AuthorAlias | undefined,
): Promise<Change[]> {
  if (!alias || (await books.people.authorOf(list.id, alias.tag))) return [];
  return [{ kind: 'aliased', list: list.id, tag: alias.tag, author: alias.author }];
}

/** Addresses in To and Cc, and the authors behind those that stand for one. */
export async function withAuthors(
  desk: Pick<Desk, 'books' | 'config'>,
  list: ListView,
  addressed: readonly AddressKey[],
): Promise<AddressKey[]> {
  const found = [...addressed];
  for (const key of addressed) {
    const local = key.slice(0, key.lastIndexOf('@'));
    if (!local.startsWith(`${list.name}-author`)) continue;
    const named = readings(local, desk.config.site.separator).find(({ to }) => to === 'author');
    const author = await desk.books.people.authorOf(list.id, named?.detail ?? '');
    if (author) found.push(addressKey(author));
  }
  return found;
}

/** Whether an address that could stand for an author stands for nobody. */
export async function isNobody(
  books: { readonly people: Pick<Desk['books']['people'], 'authorOf'> },
  { list, to, detail = '' }: Destination,
): Promise<boolean> {
  return (
    to === 'author' && (await books.people.authorOf(list.id, detail.toLowerCase())) === undefined
  );
}

/** Hands an answer on to the author whom an address stands for. */
export async function toAuthor(
  entry: Entry,
  desk: Desk,
  { list, detail = '' }: Destination,
): Promise<Outcome<'mailing'>> {
  const { meta } = entry;
  const name = detail.toLowerCase();
  const author = await desk.books.people.authorOf(list.id, name);
  const dropped = (why: string): Outcome<'mailing'> => ({
    fate: finish,
    tell: { event: 'not-handed-on', why, sender: meta.sender },
  });
  if (!author) return dropped('the address stands for nobody');
  const message = await readMessage(entry.message, {
    maxHeaderBytes: desk.config.limits.headerBytes,
  });
  if (isBroken(message)) return { fate: park('bad', message.reason) };
  const sender = meta.sender === null ? null : parseAddress(meta.sender);
  const isOwn = sender ? (await desk.destination(sender)) !== undefined : false;
  const answer = answerable(message.headers, sender, { isOwn: () => isOwn });
  if (!answer.yes) return dropped(answer.why);
  const { maxBytes } = list.settings;
  if (maxBytes > 0 && meta.message.size > maxBytes) return dropped('it is larger than maxBytes');
  const writers = [...authorsOf(message.headers), ...(sender ? [sender] : [])];
  const bans = await desk.books.rules.bans(list.id, writers);
  if (bans.length > 0) return dropped('its sender is banned');
  const room = await roomForAlias(desk, list, name, sender ?? author);
  if (!room) return dropped('the limits for answers are reached');
  const tell: Told = { event: 'handed-on', list: list.id, sender: meta.sender };
  return { changes: [room], puts: [handedOn(entry, list, message, author)], fate: finish, tell };
}

/** As it came, with the mark that every list leaves. */
function handedOn({ meta }: Entry, list: ListView, message: Message, author: Address) {
  const headers = message.headers
    .remove('return-path', /^(?:resent-)?bcc$/)
    .addRaw('X-BeenThere', listAddress(list, 'author'));
  return letter(
    'mailing',
    meta,
    {
      kind: 'mailing',
      mode: 'shared',
      returnPath: listAddress(list, 'bounces'),
      audience: { kind: 'one', address: author },
      cursor: 0,
      batches: 0,
      recipients: 0,
    } as const,
    {
      list: list.id,
      message: {
        kind: 'draft',
        headers,
        body: message.body,
        transforms: [],
      },
    },
  );
}

/** Counts an answer, where there is room for one more to this author and by this sender. */
async function roomForAlias(desk: Desk, list: ListView, name: string, sender: Address) {
  const { aliasHour, aliasDay, sourceHour, sourceDay } = desk.config.commands;
  const limits = { targetHour: aliasHour, targetDay: aliasDay, sourceHour, sourceDay };
  // Not the addresses: what was handed on is no message that strangers cause, and counts by itself.
  const target = `alias ${name}` as AddressKey;
  const source = `alias ${tag(desk.secret.for('alias'), 'sender', addressKey(sender))}`;
  const known = await desk.books.people.bothered(target, source, desk.now - dayMs);
  if (isTooMany(known, limits, desk.now)) return undefined;
  return { kind: 'bothered', list: list.id, target, source, limits } as const;
}
