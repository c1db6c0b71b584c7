/** Taking a posting out of digests that are not written yet. */
import { type EntryId, entryId, rootId } from '../model/ids.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';
import type { Flag } from './tables.ts';

/** What a table of contents says of a posting. */
export type Reworded = {
  readonly author: string;
  readonly subject: string;
  readonly bytes: number;
  readonly wide: boolean;
};

const copies = query((p: { list: number; messageId: string }) =>
  q
    .selectFrom('digest_posting')
    .select(['file', 'message_id'])
    .where('list', '=', p.list)
    .where('message_id', 'in', [p.messageId, '']),
);
const drop = query((p: { file: string }) =>
  q.deleteFrom('digest_posting').where('file', '=', p.file),
);
const reword = query(
  (p: { file: string; author: string; subject: string; bytes: number; wide: Flag }) =>
    q
      .updateTable('digest_posting')
      .set({ author: p.author, subject: p.subject, bytes: p.bytes, wide: p.wide })
      .where('file', '=', p.file),
);

/** The files of a posting that may still be in a digest; one without an id is known by its entry. */
export function collectedFiles(
  db: Database,
  list: number,
  { messageId, entry }: { readonly messageId: string; readonly entry: string },
): EntryId[] {
  return db
    .all(copies, { list, messageId })
    .map(({ file, message_id }) => ({ file: entryId(file), isNamed: message_id !== '' }))
    .filter(({ file, isNamed }) => isNamed || rootId(file) === rootId(entryId(entry)))
    .map(({ file }) => file);
}

/** No digest has it from now on. */
export function dropCollected(db: Database, file: EntryId): void {
  db.run(drop, { file });
}

/** Its line in tables of contents, anew. */
export function rewordCollected(db: Database, file: EntryId, { wide, ...said }: Reworded): void {
  db.run(reword, { file, ...said, wide: wide ? 1 : 0 });
}
