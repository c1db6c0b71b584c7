import { addressKey } from '../mail/address.ts';
import { authorOf } from '../mail/author.ts';
import type { Handler } from '../model/draft.ts';

/** Note who wrote it, before anything changes From or Sender: he may want no copy of his own. */
export const author: Handler = {
  name: 'author',
  apply(draft) {
    const address = authorOf(draft.headers);
    return { ...draft, author: address === undefined ? undefined : addressKey(address) };
  },
};
