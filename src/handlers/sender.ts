import { formatMailbox, parseAddress } from '../mail/address.ts';
import type { Handler } from '../model/draft.ts';
import { listAddress } from '../model/list.ts';

/**
 * Name the list as the one who sent this on (RFC 5322 3.6.2).
 *
 * The address is that of the return path, because programs that answer a Sender are robots, and
 * there robots are understood. Errors-To, which says the same, has been obsolete since RFC 2076.
 */
export const sender: Handler = {
  name: 'sender',
  apply(draft, { list }) {
    const address = parseAddress(listAddress(list, 'bounces'));
    if (!list.settings.sender || address === undefined) return draft;
    const value = formatMailbox(list.settings.displayName || list.name, address);
    return { ...draft, headers: draft.headers.setRaw('Sender', value) };
  },
};
