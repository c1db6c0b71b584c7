/**
 * Takes the letters out of a bundle (`spool/bundles.ts`): each is put into the queue in which the
 * bundle is, as the entry that it would be had it come alone, and the bundle is finished.
 *
 * It is a step like any other, so nothing of it is lost and nothing happens twice: cut before its
 * commit the bundle is there, cut after it the letters are. Nobody has read the messages until
 * then: one that ends its worker ends it alone, and counts against no other (I6).
 */
import { readFile } from 'node:fs/promises';
import type { BundleWork } from '../model/incoming-work.ts';
import { finish, type Letter, type Outcome } from '../model/outcome.ts';
import type { OpenClaim } from '../spool/spool.ts';

/** The slip for a bundle. Its messages are small and few (`maxBundled`): they are read at once. */
export async function unbundle(
  { queue, meta, message }: Pick<OpenClaim, 'queue' | 'meta' | 'message'>,
  { letters }: BundleWork,
): Promise<Outcome> {
  const bytes = await readFile(message);
  let at = 0;
  const puts = letters.map(({ size, ...letter }, n): Letter => {
    const from = at;
    at += size;
    const text = bytes.subarray(from, at);
    const { priority, due } = meta;
    return {
      ...letter,
      queue,
      key: String(n),
      message: { kind: 'text', bytes: text },
      priority,
      due,
    };
  });
  if (at !== bytes.length) throw new Error(`its letters have ${at} bytes, not ${bytes.length}`);
  return { puts, fate: finish, tell: { event: 'unbundled', letters: letters.length } };
}
