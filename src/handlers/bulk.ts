import type { Handler } from '../model/draft.ts';

/** For answering machines that do not know Auto-Submitted: do not answer this notice. */
export const bulk: Handler = {
  name: 'bulk',
  apply(draft) {
    return { ...draft, headers: draft.headers.setRaw('Precedence', 'bulk') };
  },
};
