/**
 * archive - keep each posting once, byte for byte, and put it into the index; hand it to others
 *
 * Store:  reads the list; the archive has an index of its own
 * Fails:  disk not ready, or another archiver, the posting waits; anything else, it is shunted
 * Bugs:   what was kept is found by a search a second later; there is one worker, because volumes
 *         are appended; a crash while another archiver takes a posting hands it over once more
 */
import { openArchive } from '../src/engine/archive.ts';
import { handToArchivers, wantedArchivers } from '../src/engine/archivers.ts';
import { defineEquipped } from '../src/engine/define.ts';
import { finish, later, park } from '../src/model/outcome.ts';

const route = { reads: 'archive', writes: ['outgoing'], batch: 32 } as const;

export const runner = defineEquipped<'archive', 'outgoing'>(route, async (site) => {
  const archive = await openArchive(site, 'runner');
  const parts = { down: new Map<string, number>(), folder: site.paths.var };
  return {
    step: async (entry, desk) => {
      const { id, list: listId, sender, received, work } = entry.meta;
      if (!listId) return { fate: park('shunt', 'an archive entry without a list') };
      const { messageId, left } = work.kind === 'archive' ? work : {};
      // A list that is gone has left its archive under the name that its mail has.
      const list = await desk.books.list(listId);
      const { archive: home } = list ?? { archive: listId };
      if (left && list) return await handToArchivers(entry, desk, list, left, parts);
      const how = await archive.keep({
        list: home,
        ...(list && list.id !== home && { called: list.id }),
        entry: id,
        sender,
        received,
        message: entry.message,
        ...(messageId === undefined ? {} : { messageId }),
      });
      const others = list ? wantedArchivers(desk, list) : [];
      const tell = { event: 'archived', how };
      if (others.length === 0) return { fate: finish, tell };
      // Kept is kept: the others are a step of their own.
      const given = messageId === undefined ? {} : { messageId };
      return {
        fate: later(desk.now, { work: { kind: 'archive', ...given, left: [...others] } }),
        tell,
      };
    },
    close: () => archive.close(),
  };
});
