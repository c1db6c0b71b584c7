/**
 * What was taken out of an archive, a line of JSON each in `removed.jsonl`: written, durably,
 * before anything is taken out, so that what was begun is finished, and no rebuild brings it back.
 */
import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { type EntryId, entryId, type ListId, rootId } from '../model/ids.ts';
import type { Facts } from './facts.ts';
import { removalsFile } from './places.ts';

const removalSchema = z.object({
  entry: z.string(),
  hash: z.string(),
  messageId: z.string(),
  /** The time the posting was known by: its place in the archive stays. */
  at: z.int(),
  received: z.int(),
  references: z.array(z.string()),
  /** The entry that stands in its place: it was redacted. Without one, it was removed. */
  instead: z.optional(z.string()),
  who: z.string(),
  why: z.string(),
  when: z.int(),
});
export type Removal = z.infer<typeof removalSchema>;

/** What was removed of a list, by entry. A line that was cut off was never acted on. */
export function readRemovals(folder: string, list: ListId): ReadonlyMap<string, Removal> {
  const file = removalsFile(folder, list);
  const found = new Map<string, Removal>();
  if (!existsSync(file)) return found;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const removal = readLine(line);
    if (removal) found.set(removal.entry, removal);
  }
  return found;
}

/** Whether a posting was taken out; one that came without an id is known by what it came as. */
export function isRemoved(
  folder: string,
  list: ListId,
  { messageId, entry }: { readonly messageId: string; readonly entry: EntryId },
): boolean {
  const root = rootId(entry);
  for (const removal of readRemovals(folder, list).values()) {
    if (
      messageId === '' ? rootId(entryId(removal.entry)) === root : removal.messageId === messageId
    )
      return true;
  }
  return false;
}

function readLine(line: string): Removal | undefined {
  if (line === '') return undefined;
  try {
    const parsed = removalSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** What stays of a posting that was removed: its place. */
export function tombstoneFacts(removal: Removal): Facts {
  return {
    hash: removal.hash,
    messageId: removal.messageId,
    references: removal.references,
    subject: '',
    bare: '',
    isAnswer: false,
    author: undefined,
    received: removal.received,
    dated: undefined,
    at: removal.at,
    text: '',
    files: [],
  };
}
