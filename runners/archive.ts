/**
 * archive - keep each posting, raw, in one mboxrd a month and list
 *
 * Store:  nothing
 * Fails:  disk not ready, the posting waits; anything else, it is shunted
 * Bugs:   line ends become LF, as mbox has them; there is one worker, because files are appended
 */

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { appendToMbox, mboxFile } from '../src/archive/mbox.ts';
import { defineEquipped } from '../src/engine/define.ts';
import { TransientError } from '../src/ground/errors.ts';
import { holdLock } from '../src/ground/lock.ts';
import { finish, park } from '../src/model/outcome.ts';
import { claimedIn, waitingIn } from '../src/spool/places.ts';
import type { Spool } from '../src/spool/spool.ts';

export const runner = defineEquipped({ reads: 'archive', writes: [] }, async (site) => {
  const folder = site.paths.archive;
  const { disk } = site.spool;
  mkdirSync(folder, { recursive: true, mode: 0o770 });
  const lock = await holdLock(folder);
  if (lock === 'held') throw new TransientError(`another process writes the archive ${folder}`);
  return {
    step: async ({ meta, message, folder: claim }) => {
      if (!meta.list) return { fate: park('shunt', 'an archive entry without a list') };
      const { id, sender, received } = meta;
      const file = mboxFile(folder, meta.list, received);
      await appendToMbox(
        file,
        { id, sender, received, message },
        { disk, stillComing: (ids) => stillComing(site.spool, dirname(claim), ids) },
      );
      return { fate: finish, tell: { event: 'archived', file } };
    },
    close: async () => lock.release(),
  };
});

/** Those of the entries that are still ours; that the others are not is made durable. */
async function stillComing(spool: Spool, claims: string, ids: readonly string[]) {
  await spool.disk.syncDir(claims);
  const asked = new Set(ids);
  const found = new Set<string>();
  for (const { id } of waitingIn(spool, 'archive')) if (asked.has(id)) found.add(id);
  for (const { id } of claimedIn(spool, 'archive')) if (asked.has(id)) found.add(id);
  return found;
}
