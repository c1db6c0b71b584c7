/** Which list an archive is of: a list that was renamed keeps the archive that it began. */
import type { ListId } from '../model/ids.ts';
import type { ListView } from '../model/list.ts';
import type { Store } from '../store/store.ts';

/** The list that an archive is of; undefined where it was removed. */
export async function listOfArchive(
  store: Pick<Store, 'list' | 'lists'>,
  archive: ListId,
): Promise<ListView | undefined> {
  const named = await store.list(archive);
  if (named?.archive === archive) return named;
  // Its old name was given up, and another list may have it.
  for await (const list of store.lists()) if (list.archive === archive) return list;
  return undefined;
}
