import { formatDate } from '../mail/date.ts';
import type { Handler } from '../model/draft.ts';

/** Give a message without Date one: without, each server would put in its own or refuse it. */
export const date: Handler = {
  name: 'date',
  apply(draft, { now }) {
    if (draft.headers.has('date')) return draft;
    return { ...draft, headers: draft.headers.setRaw('Date', formatDate(now)) };
  },
};
