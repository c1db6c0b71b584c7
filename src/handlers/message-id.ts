import { makeMessageId, messageIdOf } from '../mail/message-id.ts';
import type { Handler } from '../model/draft.ts';

/**
 * Give a message without Message-ID one, the same whenever the step is repeated. The header goes
 * into it, because only postings have a number of their own.
 */
export const messageId: Handler = {
  name: 'message-id',
  apply(draft, { list, number }) {
    if (messageIdOf(draft.headers) !== undefined) return draft;
    const cause = `${list.id} ${number} ${draft.headers.bytes().toString('latin1')}`;
    const id = makeMessageId(cause, list.domain);
    return { ...draft, headers: draft.headers.setRaw('Message-ID', id) };
  },
};
