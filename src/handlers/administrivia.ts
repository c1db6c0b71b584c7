import type { Handler } from '../model/draft.ts';

/** Tell our notices from postings: both carry the List-Id, and filters may want them apart. */
export const administrivia: Handler = {
  name: 'administrivia',
  apply(draft) {
    return { ...draft, headers: draft.headers.setRaw('X-List-Administrivia', 'yes') };
  },
};
