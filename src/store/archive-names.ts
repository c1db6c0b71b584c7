/**
 * Under which name the archive of a list stands. It is the id that the list was made with, and a
 * renaming leaves it alone: what was posted stays where it is, under the links that it had.
 */
import { isListId, type ListId } from '../model/ids.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

export const archiveNames = `
alter table list add column archive text not null default '';
update list set archive = id;
create unique index list_archive on list (archive);
`;

const taken = query((p: { archive: string }) =>
  q.selectFrom('list').select('seq').where('archive', '=', p.archive),
);

/** The name for the archive of a new list: its id, unless a list that was renamed has that. */
export function freeArchive(db: Database, name: string, domain: string): ListId {
  for (let n = 1; ; n += 1) {
    const archive = n === 1 ? `${name}.${domain}` : `${name}-${n}.${domain}`;
    if (isListId(archive) && db.get(taken, { archive }) === undefined) return archive;
  }
}
