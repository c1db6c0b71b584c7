import { inEnglish } from '../src/engine/plain.ts';
import { type Address, addressKey, parseAddress } from '../src/mail/address.ts';
import { authorOf, authorsOf } from '../src/mail/author.ts';
import { type HeaderBlock, parseHeaders } from '../src/mail/headers.ts';
import type { Draft, Handler, Occasion } from '../src/model/draft.ts';
import { listId } from '../src/model/ids.ts';
import type { ListView, MemberView } from '../src/model/list.ts';
import type { Posting } from '../src/model/posting.ts';
import { eachRecipient, type Recipients } from '../src/model/recipients.ts';
import { initialSettings, type Settings } from '../src/model/settings.ts';

/** An address that is known to be one. */
export function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`no address: ${text}`);
  return parsed;
}

/** The list cats@example.com. */
export function cats(settings: Partial<Settings> = {}): ListView {
  return {
    id: listId('cats.example.com'),
    name: 'cats',
    domain: 'example.com',
    address: address('cats@example.com'),
    settings: { ...initialSettings, ...settings },
    former: [],
    archive: listId('cats.example.com'),
  };
}

export function membership(more: Partial<MemberView> = {}): MemberView {
  const own = more.address ?? address('anne@example.net');
  return {
    number: 1,
    list: listId('cats.example.com'),
    role: 'member',
    address: own,
    key: addressKey(own),
    name: '',
    mode: 'regular',
    rhythm: 'list',
    status: 'enabled',
    action: 'default',
    ...more,
  };
}

/** A header block from lines, CRLF at each end. */
export function headersOf(...lines: readonly string[]): HeaderBlock {
  return parseHeaders(Buffer.from(lines.map((line) => `${line}\r\n`).join('')));
}

const ordinary = ['From: Anne <anne@example.net>', 'To: cats@example.com', 'Subject: food'];

/** A posting by Anne, a member, that nothing speaks against. */
export function posting(more: Partial<Posting> = {}, lines = ordinary): Posting {
  const headers = headersOf(...lines);
  return {
    list: cats(),
    headers,
    size: 1000,
    sender: 'anne@example.net',
    from: authorsOf(headers),
    memberships: [membership()],
    now: 0,
    to: undefined,
    isOurs: () => false,
    senders: authorsOf(headers).filter((one) => one === authorOf(headers)),
    bans: [],
    memberOf: new Set(),
    lines: [],
    parts: [],
    partsTrouble: undefined,
    past: { sameId: undefined, accepted: 0, recentByAuthor: 0, recent: 0 },
    dmarc: undefined,
    trustedHosts: [],
    siteMatches: [],
    ...more,
  };
}

export function draftOf(...lines: readonly string[]): Draft {
  return {
    headers: headersOf(...lines),
    body: { path: '/nowhere', start: 0, end: 0 },
    transforms: [],
    author: undefined,
    addressed: [],
  };
}

export function occasion(settings: Partial<Settings> = {}, number = 7): Occasion {
  const list = cats(settings);
  return { list, number, now: 1_700_000_000_000, say: (line) => inEnglish(line, list) };
}

/** The header lines after one handler, unfolded fields as they are. */
export function applied(
  handler: Handler,
  lines: readonly string[],
  settings: Partial<Settings> = {},
  number = 7,
): string[] {
  const draft = handler.apply(draftOf(...lines), occasion(settings, number));
  return draft.headers.bytes().toString().trimEnd().split('\r\n');
}

/** The addresses of recipients, for who compares them. */
export function addressesOf(recipients: Recipients): string[] {
  return [...eachRecipient(recipients)].map(([address]) => address);
}
