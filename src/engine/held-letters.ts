/** What is written when a posting is held, and what a moderator or the time made of it. */
import { composeLetter } from '../composers/letter.ts';
import { speak } from '../composers/speaking.ts';
import { type Address, addressKey, parseAddress } from '../mail/address.ts';
import { authorOf } from '../mail/author.ts';
import { compose } from '../mail/compose.ts';
import { answerable } from '../mail/loops.ts';
import type { Message } from '../mail/message.ts';
import { messageIdOf } from '../mail/message-id.ts';
import { orderText } from '../mail/order-text.ts';
import { tokenHash } from '../mail/token.ts';
import type { Change } from '../model/change.ts';
import { decidersOf } from '../model/deciders.ts';
import type { HeldKey } from '../model/held.ts';
import type { ListView } from '../model/list.ts';
import { type Letter, letter } from '../model/outcome.ts';
import type { Line } from '../model/phrases.ts';
import type { Desk, Entry } from './desk.ts';
import { heldAddress, heldKey } from './held-keys.ts';
import { roomFor } from './limited.ts';
import type { Texts } from './templates.ts';

/** What the books keep of a subject, and notices show of a text, characters. */
const maxSubject = 500;
const maxExcerpt = 2000;
const maxExcerptLines = 40;

/** What is needed to write about one posting. */
export type About = {
  readonly entry: Pick<Entry, 'meta'>;
  readonly desk: Pick<Desk, 'books' | 'config' | 'now' | 'secret' | 'destination'>;
  readonly list: ListView;
  readonly message: Message;
  readonly reasons: readonly Line[];
  readonly texts: Texts;
};

export type Told = {
  readonly changes: readonly Change[];
  readonly puts: readonly Letter<'virgin'>[];
};

/** Books a posting as held, and tells whom the list wants to be told; nobody twice. */
export async function holdPosting(about: About): Promise<Told> {
  const { entry, desk, list, message, reasons } = about;
  const { meta } = entry;
  if (await desk.books.held.posting(meta.id)) return { changes: [], puts: [] };
  const { settings } = list;
  const judges =
    settings.moderatorNotices === 'at-once' ? await decidersOf(desk.books.held, list) : [];
  const keys = judges.map((who) => heldKey(desk, list, meta.id, who));
  const puts: Letter<'virgin'>[] = [];
  for (const [n, key] of keys.entries()) puts.push(await moderatorLetter(about, key, n));
  const poster = settings.heldNotices ? await posterLetter(about) : undefined;
  if (poster) puts.push(poster.put);
  const change: Change = {
    kind: 'held',
    list: list.id,
    posting: {
      id: meta.id,
      author: authorOf(message.headers) ?? '',
      subject: subjectOf(message),
      bytes: meta.message.size,
      reasons,
    },
    since: desk.now,
    shown: keys.length > 0,
    keys: keys.map(({ token, who }) => ({ token: tokenHash(token), who })),
  };
  return { changes: poster ? [change, poster.room] : [change], puts };
}

async function moderatorLetter(
  about: About,
  { token, who }: HeldKey,
  n: number,
): Promise<Letter<'virgin'>> {
  const { entry, desk, list, message, reasons, texts } = about;
  const { meta } = entry;
  const at = (sub: 'accept' | 'reject' | 'discard' | 'held') => heldAddress(desk, list, sub, token);
  const language = await languageOf(desk, list, who);
  const rendered = await texts('moderation-posting', language, list, {
    subject: await saidSubject(about, language),
    author: authorOf(message.headers) ?? meta.sender ?? '',
    reasons: await speak(reasons, texts, language, list),
    bytes: meta.message.size,
    days: list.settings.heldDays || desk.config.clean.heldDays,
    two: list.settings.twoModerators,
    id: meta.id,
    excerpt: await excerptOf(message),
    accept_address: at('accept'),
    reject_address: at('reject'),
    discard_address: at('discard'),
  });
  const cause = `${meta.id}/moderator${n}`;
  const composition = composeLetter({
    list,
    to: who,
    rendered,
    cause,
    now: desk.now,
    replyTo: at('held'),
  });
  return noticeLetter(meta, list, who, await compose(composition), `m${n}`);
}

/** Undefined where its author must not be answered, wants no answer, or had enough of them. */
async function posterLetter(
  about: About,
): Promise<{ readonly put: Letter<'virgin'>; readonly room: Change } | undefined> {
  const { entry, desk, list } = about;
  const to = await answerTo(about);
  const room = to && (await roomFor(desk, list, to, about.message.headers));
  if (!room) return undefined;
  const put = await authorLetter(about, to, 'held', `${entry.meta.id}/held`, 'h');
  return { put, room };
}

/** The envelope sender, where he may be told anything. */
export async function answerTo({
  entry,
  desk,
  message,
}: Pick<About, 'entry' | 'desk' | 'message'>): Promise<Address | undefined> {
  const { sender } = entry.meta;
  const to = sender === null ? null : parseAddress(sender);
  const isOurs = to ? (await desk.destination(to)) !== undefined : false;
  return to && answerable(message.headers, to, { isOwn: () => isOurs }).yes ? to : undefined;
}

/** What an author is told about his posting. */
export async function authorLetter(
  about: About,
  to: Address,
  template: 'held' | 'held-expired' | 'rejected',
  cause: string,
  key: string,
): Promise<Letter<'virgin'>> {
  const { entry, desk, list, message, reasons, texts } = about;
  const language = await languageOf(desk, list, to);
  const rendered = await texts(template, language, list, {
    subject: await saidSubject(about, language),
    reasons: await speak(reasons, texts, language, list),
    days: list.settings.heldDays,
  });
  const inReplyTo = messageIdOf(message.headers);
  const composition = composeLetter({ list, to, rendered, cause, now: desk.now, inReplyTo });
  return noticeLetter(entry.meta, list, to, await compose(composition), key);
}

/** In which language to write to somebody about a list. */
export async function languageOf(
  { books }: { readonly books: Pick<Desk['books'], 'people'> },
  list: ListView,
  to: Address,
): Promise<string> {
  return await books.people.language(list.id, addressKey(to));
}

function noticeLetter(
  meta: Entry['meta'],
  list: ListView,
  to: Address,
  bytes: Buffer,
  key: string,
): Letter<'virgin'> {
  return letter(
    'virgin',
    meta,
    { kind: 'notice', to: [to], returnPath: null },
    { key, list: list.id, sender: null, message: { kind: 'text', bytes } },
  );
}

function subjectOf({ headers }: Message): string {
  return (headers.get('subject') ?? '').slice(0, maxSubject);
}

/** The subject as letters have it: of a message without one they say so. */
async function saidSubject({ message, texts, list }: About, language: string): Promise<string> {
  const subject = subjectOf(message);
  if (subject.trim() !== '') return subject;
  const [none = ''] = await speak([{ phrase: 'mark-no-subject' }], texts, language, list);
  return none;
}

/** The beginning of its text, indented. */
async function excerptOf(message: Message): Promise<string> {
  const lines = (await orderText(message)).slice(0, maxExcerptLines);
  return lines
    .map((line) => `    ${line.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, 200)}`.trimEnd())
    .join('\n')
    .slice(0, maxExcerpt);
}
