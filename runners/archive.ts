/**
 * archive - keep each posting once, byte for byte, and put it into the index
 *
 * Store:  nothing; the archive has an index of its own
 * Fails:  disk not ready, the posting waits; anything else, it is shunted
 * Bugs:   what was kept is found by a search a second later; there is one worker, because volumes
 *         are appended; after the loss of the index it is made anew before more is kept
 */
import { openArchive } from '../src/engine/archive.ts';
import { defineEquipped } from '../src/engine/define.ts';
import { finish, park } from '../src/model/outcome.ts';

export const runner = defineEquipped({ reads: 'archive', writes: [], batch: 32 }, async (site) => {
  const archive = await openArchive(site, 'runner');
  return {
    step: async ({ meta, message }) => {
      const { id: entry, list, sender, received, work } = meta;
      if (!list) return { fate: park('shunt', 'an archive entry without a list') };
      const messageId = work.kind === 'archive' ? work.messageId : undefined;
      const how = await archive.keep({
        list,
        entry,
        sender,
        received,
        message,
        ...(messageId === undefined ? {} : { messageId }),
      });
      return { fate: finish, tell: { event: 'archived', how } };
    },
    close: () => archive.close(),
  };
});
