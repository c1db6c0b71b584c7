import type { Handler } from '../model/draft.ts';

/** Say that this is list mail, for answering machines; what the author said stands. */
export const precedence: Handler = {
  name: 'precedence',
  apply(draft) {
    if (draft.headers.get('precedence')) return draft;
    return { ...draft, headers: draft.headers.setRaw('Precedence', 'list') };
  },
};
