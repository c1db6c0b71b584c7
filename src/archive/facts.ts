/** What the index keeps of one message, read from its bytes. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { addressKey, mailboxesIn, parseAddress } from '../mail/address.ts';
import { authorOf } from '../mail/author.ts';
import { base32 } from '../mail/base32.ts';
import { type ContentFile, contentsOf, type Readable822 } from '../mail/contents.ts';
import { parseDate } from '../mail/date.ts';
import { noHeaders, parseHeaders } from '../mail/headers.ts';
import { headerEnd } from '../mail/message.ts';
import { ancestorIds, makeMessageId, messageIdHash, messageIdOf } from '../mail/message-id.ts';
import { threadSubject } from '../mail/subject.ts';
import type { HeaderBlock } from '../mail/types.ts';
import type { RecordHead } from './record.ts';
import { maxReferences } from './threading.ts';
import { rangeBytes, rangeChunks, type VolumeRange, type VolumeReader } from './volume.ts';

/** Text beyond this is not searched. */
const maxTextBytes = 131_072;
/** Read at once up to here; what is larger is walked through. */
const smallBytes = 262_144;
const maxHeaderBytes = 262_144;
const maxSubjectChars = 500;
const maxNameChars = 200;

/** A Date is believed when it is not further from when the message came: clocks go wrong. */
const maxAheadMs = 86_400_000;
const maxBehindMs = 7 * 86_400_000;

export type Author = { readonly key: string; readonly address: string; readonly name: string };

export type Facts = {
  readonly hash: string;
  readonly messageId: string;
  readonly references: readonly string[];
  readonly subject: string;
  /** As threads are known by it: without marks of answering, and what lists put before it. */
  readonly bare: string;
  readonly isAnswer: boolean;
  readonly author: Author | undefined;
  readonly received: number;
  readonly dated: number | undefined;
  /** The time it is known by. */
  readonly at: number;
  readonly text: string;
  readonly files: readonly ContentFile[];
};

/** A message of a volume: its header in memory, its body too where it is small. */
export async function messageIn(
  folder: string,
  range: VolumeRange,
  reader?: VolumeReader,
): Promise<Readable822> {
  const { start, end } = range;
  const size = end - start;
  if (size <= smallBytes) {
    return splitMessage(reader ? reader.bytes(start, end) : rangeBytes(folder, range));
  }
  const head = { ...range, end: range.start + Math.min(size, maxHeaderBytes) };
  const { header, bodyStart } = headerEnd(rangeBytes(folder, head)) ?? {};
  if (header === undefined || bodyStart === undefined) {
    return { headers: noHeaders, body: Buffer.alloc(0) };
  }
  const body = rangeChunks(folder, { ...range, start: range.start + bodyStart });
  return { headers: parseHeaders(header), body: Readable.from(body, { objectMode: false }) };
}

/** A whole message taken apart; bytes without a header are all body. */
export function splitMessage(bytes: Buffer): Readable822 {
  const found = headerEnd(bytes);
  if (!found) return { headers: parseHeaders(bytes), body: Buffer.alloc(0) };
  return { headers: parseHeaders(found.header), body: bytes.subarray(found.bodyStart) };
}

type KnownOfIt = Pick<RecordHead, 'received' | 'messageId' | 'entry' | 'called'>;

/** Reads what there is to know of a message of a list. */
export async function factsOf(
  message: Readable822,
  { received, messageId: given, entry, called }: KnownOfIt,
  list: string,
): Promise<Facts> {
  const { headers } = message;
  const messageId = messageIdOf(headers) ?? given ?? makeMessageId(entry, list);
  const subject = (headers.get('subject') ?? '').slice(0, maxSubjectChars);
  const { text: bare, isAnswer } = threadSubject(subject, prefixOf(called ?? list));
  const dated = parseDate(headers.get('date') ?? '');
  const { text, files } = await contentsOf(message, maxTextBytes);
  return {
    hash: messageIdHash(messageId),
    messageId,
    references: referencesOf(headers, messageId),
    subject,
    bare,
    isAnswer,
    author: authorIn(message, list),
    received,
    dated,
    at: timeOf(received, dated),
    text,
    files,
  };
}

/** What a list puts before its subjects, where nobody told it otherwise. */
export function prefixOf(list: string): string {
  return `[${list.split('.')[0] ?? list}]`;
}

/** What a message answers to, each once; of long references the first and the nearest. */
export function referencesOf(headers: Pick<HeaderBlock, 'raw'>, messageId: string): string[] {
  const ids = [...new Set(ancestorIds(headers))];
  const near =
    ids.length <= maxReferences ? ids : [...ids.slice(0, 1), ...ids.slice(1 - maxReferences)];
  return near.filter((id) => id !== messageId);
}

/** When it was written, as far as that can be believed. */
export function timeOf(received: number, dated: number | undefined): number {
  if (dated === undefined || dated <= 0) return received;
  return dated > received + maxAheadMs || dated < received - maxBehindMs ? received : dated;
}

function authorIn({ headers }: Readable822, list: string): Author | undefined {
  const address = authorOf(headers);
  if (address === undefined) return pipermailAuthor(headers.get('from') ?? '', list);
  const own = addressKey(address);
  const box = mailboxesIn(headers, 'from').find(
    (one) => one.address !== undefined && addressKey(one.address) === own,
  );
  return { key: authorKey(list, own), address, name: (box?.name ?? '').slice(0, maxNameChars) };
}

/** Mailman 2 hands its archives out with `anne at example.net (Anne)`. */
function pipermailAuthor(from: string, list: string): Author | undefined {
  const [, local, domain, name = ''] =
    /^(\S{1,64}) at (\S{1,255})(?: \((.*)\))?$/.exec(from.trim()) ?? [];
  const address = domain === undefined ? undefined : parseAddress(`${local}@${domain}`);
  if (address === undefined) return undefined;
  const key = authorKey(list, addressKey(address));
  return { key, address, name: name.slice(0, maxNameChars) };
}

/** Names an author where the address must not stand. */
export function authorKey(list: string, address: string): string {
  return base32(createHash('sha256').update(`${list} ${address}`).digest()).slice(0, 20);
}
