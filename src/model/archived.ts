/** Whether a posting is kept in the archive. */
import type { HeaderBlock } from '../mail/types.ts';
import type { ListView } from './list.ts';

/** Not when the list keeps nothing, nor when the author asked for it (X-No-Archive, X-Archive: no). */
export function isArchived(list: ListView, headers: HeaderBlock): boolean {
  if (list.settings.archivePolicy === 'never') return false;
  if (headers.has('x-no-archive')) return false;
  return headers.get('x-archive')?.trim().toLowerCase() !== 'no';
}
