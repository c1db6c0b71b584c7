import type { Handler } from '../model/draft.ts';

/** Say that a notice was written by a program (RFC 3834), unless its writer said so better. */
export const autoSubmitted: Handler = {
  name: 'auto-submitted',
  apply(draft) {
    if (draft.headers.has('auto-submitted')) return draft;
    return { ...draft, headers: draft.headers.setRaw('Auto-Submitted', 'auto-generated') };
  },
};
