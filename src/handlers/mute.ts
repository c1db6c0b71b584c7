import { mailto } from '../mail/mailto.ts';
import type { Handler } from '../model/draft.ts';

/** Say where a reader who has had enough of this thread can answer. */
export const mute: Handler = {
  name: 'mute',
  apply(draft, { list, muteAddress }) {
    if (!list.settings.listHeaders || muteAddress === undefined) return draft;
    return { ...draft, headers: draft.headers.setRaw('List-Mute', mailto(muteAddress)) };
  },
};
