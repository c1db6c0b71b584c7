/** A posting waits for its digests: a file of its own, and a row. */
import { createReadStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { isRemoved } from '../archive/removed.ts';
import type { Disk } from '../ground/disk.ts';
import { errorCode } from '../ground/errors.ts';
import { mailboxesIn } from '../mail/address.ts';
import type { HeaderBlock } from '../mail/headers.ts';
import { isBroken, type Message, readMessage } from '../mail/message.ts';
import { ancestorIds, messageIdOf } from '../mail/message-id.ts';
import { isArchived } from '../model/archived.ts';
import { type Collected, maxIssuePostings, type Waiting } from '../model/digest.ts';
import type { MetaOf } from '../model/entry.ts';
import type { ListView } from '../model/list.ts';
import { finish, later, type Outcome, park } from '../model/outcome.ts';
import type { Settings } from '../model/settings.ts';
import type { Desk, Entry } from './desk.ts';

/** Longest subject and author that are kept of a posting. */
const maxChars = 500;

/** Where the file of a collected posting lies. */
export function collectedFile(folder: string, file: string): string {
  return join(folder, `${file}.eml`);
}

type CollectPlace = {
  readonly folder: string;
  /** Where it may be said that nobody shall read it any more. */
  readonly archive: string;
  readonly disk: Disk;
};

/** Keeps the posting, and lets the list's stream turn when that fills it. */
export async function collect(
  { message: path }: Entry,
  meta: MetaOf<'digest'>,
  list: ListView,
  desk: Desk,
  { folder, archive, disk }: CollectPlace,
): Promise<Outcome<never>> {
  const message = await readMessage(path, { maxHeaderBytes: desk.config.limits.headerBytes });
  if (isBroken(message)) return { fate: park('bad', message.reason) };
  const messageId = messageIdOf(message.headers) ?? '';
  if (isRemoved(archive, list.archive, { messageId, entry: meta.id })) {
    return { fate: finish, tell: { event: 'withdrawn', number: meta.work.number } };
  }
  await keep(disk, path, collectedFile(folder, meta.id));
  const posting = await collectedOf(meta, list, message, path);
  const waiting = await desk.books.digests.waiting(list.id, 'list');
  const full = isFull(waiting, posting.bytes, list.settings);
  return {
    changes: [{ kind: 'collected', list: list.id, posting }],
    fate: full ? later(desk.now, { work: { kind: 'turn', rhythm: 'list', why: 'full' } }) : finish,
    tell: { event: 'collected', number: posting.number },
  };
}

/** What a cut-off try left there is not trusted: where links cannot be made, it may be half. */
async function keep(disk: Disk, from: string, to: string): Promise<void> {
  try {
    disk.remove(to);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  await disk.link(from, to);
  await disk.syncDir(dirname(to));
}

async function collectedOf(
  meta: MetaOf<'digest'>,
  list: ListView,
  { headers }: Message,
  path: string,
): Promise<Collected> {
  const { number, upTo, thread = '', topics } = meta.work;
  return {
    file: meta.id,
    number,
    upTo,
    thread,
    topics,
    messageId: messageIdOf(headers) ?? '',
    parent: ancestorIds(headers).at(-1) ?? '',
    ...saidOf(headers),
    bytes: meta.message.size,
    wide: await isWide(path),
    archived: isArchived(list, headers),
  };
}

/** What a table of contents says of a message. */
export function saidOf(headers: HeaderBlock): { author: string; subject: string } {
  const [author] = mailboxesIn(headers, 'from');
  return {
    author: (author?.name || author?.address || '').slice(0, maxChars),
    subject: (headers.get('subject') ?? '').slice(0, maxChars),
  };
}

async function isWide(path: string): Promise<boolean> {
  for await (const chunk of createReadStream(path)) {
    for (const byte of chunk as Buffer) if (byte > 127) return true;
  }
  return false;
}

function isFull(
  waiting: Waiting,
  more: number,
  { digestBytes, digestPostings }: Settings,
): boolean {
  const postings = waiting.postings + 1;
  return (
    postings >= maxIssuePostings ||
    (digestPostings > 0 && postings >= digestPostings) ||
    (digestBytes > 0 && waiting.bytes + more >= digestBytes)
  );
}
