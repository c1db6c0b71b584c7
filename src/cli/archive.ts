/** `listmill archive`: what was said on the lists, found, shown, taken out, brought in. */
import { addArchiveBulk } from './archive-bulk.ts';
import { addArchiveCare } from './archive-care.ts';
import { addArchiveLooking } from './archive-look.ts';
import { addArchiveRemoval } from './archive-removal.ts';
import { addArchiveSite } from './archive-site.ts';
import type { Verb } from './command.ts';

export const archive: Verb = (program, io) => {
  const family = program.command('archive').description('what was said on the lists');
  addArchiveLooking(family, io);
  addArchiveRemoval(family, io);
  addArchiveCare(family, io);
  addArchiveBulk(family, io);
  addArchiveSite(family, io);
};
