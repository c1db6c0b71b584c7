/** Prepares puts: message and metadata in `tmp`, durable and unseen (I4 a). */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { bodyStream, messageBytes } from '../mail/range.ts';
import type { BodyTransform, FileRange, HeaderBlock } from '../mail/types.ts';
import type { EntryMeta } from '../model/entry.ts';
import { isLong } from '../model/entry-text.ts';
import { childId } from '../model/ids.ts';
import type { Letter } from '../model/outcome.ts';
import type { QueueName } from '../model/queues.ts';
import { messageFile } from '../spool/layout.ts';
import type { Draft, OpenClaim, Spool } from '../spool/spool.ts';

const maxHops = 60;

/** Puts of one step that are prepared side by side: each waits for the disk, and that adds up. */
const maxSideBySide = 16;

/** What was prepared so far: also when it fails half way, so that it can be taken back. */
export type Begun = {
  readonly puts: Draft[];
  /** Where puts were begun, completed or not. */
  readonly queues: Set<QueueName>;
  /** The put that is the entry itself, which goes on into another queue. */
  pass?: Draft;
  /** The message of the entry has got another name. */
  isLinked?: boolean;
};

/**
 * Prepares all puts of a step. When this ends, however it ends, nothing is being written. Where
 * the entry may go itself, the last letter with its message takes it along: then no folder and no
 * link is made, and nothing has to be removed.
 */
export async function preparePuts(
  spool: Spool,
  cause: OpenClaim,
  letters: Iterable<Letter> | AsyncIterable<Letter>,
  now: number,
  begun: Begun,
  mayGo: boolean,
): Promise<void> {
  // What comes one by one is not known to its end before all is written.
  const same = mayGo && Array.isArray(letters) ? letters.findLast(isSame) : undefined;
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  const begin = (letter: Letter): void => {
    const one = preparePut(spool, cause, letter, now)
      .then((put) => void begun.puts.push(put))
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => running.delete(one));
    running.add(one);
  };
  try {
    for await (const letter of letters) {
      if (letter === same) continue;
      begun.queues.add(letter.queue);
      begun.isLinked ||= isSame(letter);
      begin(letter);
      if (running.size >= maxSideBySide) await Promise.race(running);
      if (failure) break;
    }
  } finally {
    await Promise.all(running);
  }
  if (failure) throw failure.error;
  if (same) begun.pass = await preparePass(spool, cause, same, now, begun.isLinked ?? false);
}

function isSame({ message }: Letter): boolean {
  return message.kind === 'same';
}

/** Writes beside what the entry is what it will be. */
async function preparePass(
  spool: Spool,
  cause: OpenClaim,
  letter: Letter,
  now: number,
  isLinked: boolean,
): Promise<Draft> {
  const { size, digest, own } = cause.meta.message;
  const message = { size, digest, ...(own && !isLinked && { own }) };
  const meta = metaFor(cause, letter, message, now);
  await spool.metaFiles.extend(cause.folder, cause.meta, meta, cause.metaEnd);
  const { id, priority, due } = meta;
  return { queue: letter.queue, id, priority, due };
}

/** Writes the letter; the same letter of the same cause overwrites what a cut-off try left. */
export async function preparePut(
  spool: Spool,
  cause: OpenClaim,
  letter: Letter,
  now: number,
): Promise<Draft> {
  const id = childId(cause.meta.id, letter.key);
  const folder = spool.draftFolder(letter.queue, id, isSame(letter) ? 'linked' : undefined);
  const written = await writeMessage(spool, cause, letter, join(folder.path, messageFile));
  const isOwn = folder.isSpare && !isSame(letter);
  const meta = metaFor(cause, letter, { ...written, ...(isOwn && { own: true }) }, now);
  const isAlone = folder.isSpare || isLong(meta);
  await spool.metaFiles.write(folder, { ...meta, ...(isAlone && { alone: true }) });
  return { queue: letter.queue, id, priority: meta.priority, due: meta.due };
}

function metaFor(
  cause: OpenClaim,
  letter: Letter,
  message: EntryMeta['message'],
  now: number,
): EntryMeta {
  const hop = { queue: cause.queue, at: now };
  // It came in by itself: it has been nowhere yet.
  const isBundle = cause.meta.work.kind === 'bundle';
  return {
    version: 1,
    id: childId(cause.meta.id, letter.key),
    priority: letter.priority,
    due: letter.due ?? now,
    round: 0,
    received: cause.meta.received,
    sender: letter.sender,
    ...(letter.recipient === undefined ? {} : { recipient: letter.recipient }),
    ...(letter.list === undefined ? {} : { list: letter.list }),
    message,
    hops: [...cause.meta.hops.slice(-maxHops), ...(isBundle ? [] : [hop])],
    attempts: 0,
    work: letter.work,
  };
}

async function writeMessage(
  spool: Spool,
  cause: OpenClaim,
  letter: Letter,
  path: string,
): Promise<EntryMeta['message']> {
  const { message } = letter;
  switch (message.kind) {
    case 'same':
      await spool.disk.link(cause.message, path);
      return { size: cause.meta.message.size, digest: cause.meta.message.digest };
    case 'text': {
      await spool.disk.write(path, message.bytes);
      const digest = createHash('sha256').update(message.bytes).digest('hex');
      return { size: message.bytes.length, digest: `sha256:${digest}` };
    }
    case 'draft': {
      const digest = createHash('sha256');
      let size = 0;
      await spool.disk.stream(path, async (write) => {
        for await (const chunk of draftBytes(message)) {
          size += chunk.length;
          digest.update(chunk);
          await write(chunk);
        }
      });
      return { size, digest: `sha256:${digest.digest('hex')}` };
    }
  }
}

type Transformable = {
  readonly headers: HeaderBlock;
  readonly body: FileRange;
  readonly transforms: readonly BodyTransform[];
};

/** A draft after its transforms: its body must be read to its end, or destroyed. */
export async function transformed(draft: Transformable): ReturnType<BodyTransform['run']> {
  let { headers } = draft;
  let body = bodyStream(draft.body);
  for (const transform of draft.transforms) {
    ({ headers, body } = await transform.run(headers, body));
  }
  return { headers, body };
}

/** Header block and body after the transforms, as a stream. */
export async function* draftBytes(draft: Transformable): AsyncGenerator<Buffer> {
  const { headers, body } = draft.transforms.length === 0 ? draft : await transformed(draft);
  yield* messageBytes(headers, body);
}
