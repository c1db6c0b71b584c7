import type { Handler } from '../model/draft.ts';
import { listAddress } from '../model/list.ts';

/** The same mark on mail to the owners, with their address: an owner may be the list's owner. */
export const ownerMark: Handler = {
  name: 'owner-mark',
  apply(draft, { list }) {
    return { ...draft, headers: draft.headers.addRaw('X-BeenThere', listAddress(list, 'owner')) };
  },
};
