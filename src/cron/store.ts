/**
 * Checks the database, tidies it, and copies it while mail runs.
 *
 * A copy *fits* every spool that is younger than it: the spool says what is still to be done, and
 * what the books of the copy do not know yet is not in the spool to be done a second time, but
 * for steps that were being committed when the database was lost. So copies hold no spool, and
 * `listmill restore` deals with those steps. The other way round, an old spool under younger
 * books, would send finished mail again: never put back a spool from a backup.
 */
import type { Task } from '../model/task.ts';

export const store: Task = {
  name: 'store',
  help: 'check the database, tidy it, copy it, drop the oldest copy',
  schedule: '41 3 * * *',
  *plan({ now, config, backups }) {
    yield { kind: 'check-store' };
    yield { kind: 'optimise-store' };
    const name = copyName(now);
    yield { kind: 'copy-store', name };
    const all = [...backups().filter((other) => other !== name), name];
    for (const old of all.slice(0, Math.max(0, all.length - config.backup.keep))) {
      yield { kind: 'remove-copy', name: old };
    }
  },
};

/** `listmill-20261124T033000Z.db`: sorts by time. */
function copyName(now: number): string {
  const [day = '', time = ''] = new Date(now).toISOString().replaceAll(/[-:]/g, '').split('T');
  return `listmill-${day}T${time.slice(0, 6)}Z.db`;
}
