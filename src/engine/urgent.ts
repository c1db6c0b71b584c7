/** Whether a posting goes at once to those who read digests, too. */
import type { HeaderBlock } from '../mail/types.ts';
import type { ListView } from '../model/list.ts';
import { isPassword } from '../model/password.ts';

/** Its author has proved that he may ask for it; the rule `urgent` says what becomes of others. */
export function isUrgent({ settings }: ListView, headers: Pick<HeaderBlock, 'get'>): boolean {
  const written = headers.get('urgent');
  return written !== undefined && isPassword(written, settings.moderatorPassword);
}
