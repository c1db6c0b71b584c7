import type { Handler } from '../model/draft.ts';

/** Say what the posting is about, for filters of those who get all; whatever an author says goes. */
export const topics: Handler = {
  name: 'topics',
  apply(draft, { topics: found }) {
    const headers = draft.headers.remove('x-topics');
    if (found === undefined || found.hits.length === 0) {
      return headers.size === draft.headers.size ? draft : { ...draft, headers };
    }
    return { ...draft, headers: headers.set('X-Topics', found.hits.join(', ')) };
  },
};
