import { bracketed } from '../mail/mailto.ts';
import { messageIdHash, messageIdOf } from '../mail/message-id.ts';
import type { Handler } from '../model/draft.ts';

/**
 * Say where the posting will be found (RFC 5064), and give the hash by which archives know it.
 *
 * Stands behind `message-id`, which makes sure that there is an id to hash.
 */
export const archivedAt: Handler = {
  name: 'archived-at',
  apply(draft, { list }) {
    const id = messageIdOf(draft.headers);
    if (id === undefined) return draft;
    const hash = messageIdHash(id);
    const headers = draft.headers.setRaw('Message-ID-Hash', hash);
    const { archiveUrl, archivePolicy, listHeaders } = list.settings;
    if (!listHeaders || archivePolicy === 'never' || !archiveUrl.includes('%h')) {
      return { ...draft, headers };
    }
    const url = bracketed(archiveUrl.replaceAll('%h', hash));
    return { ...draft, headers: headers.setRaw('Archived-At', url) };
  },
};
