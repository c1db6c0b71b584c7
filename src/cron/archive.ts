/** Packs what was posted long ago: it takes a third of the room, and is found and read as before. */
import type { Task } from '../model/task.ts';

const dayMs = 86_400_000;

export const archive: Task = {
  name: 'archive',
  help: 'pack the months of archives that nobody writes any more',
  schedule: '23 4 * * *',
  *plan({ now, config, volumes }) {
    for (const { list, name, changed } of volumes()) {
      if (now - changed > config.archive.packDays * dayMs)
        yield { kind: 'pack-volume', list, name };
    }
  },
};
