import { formatPhrase } from '../mail/words.ts';
import type { Handler } from '../model/draft.ts';

/** RFC 2919 wants the field short; a longer description is for List pages, not for headers. */
const maxPhraseChars = 200;

/** Say which list this is (RFC 2919), on everything: filters sort by it, and loops end by it. */
export const listId: Handler = {
  name: 'list-id',
  apply(draft, { list }) {
    const { description, displayName } = list.settings;
    const phrase = formatPhrase((description || displayName).slice(0, maxPhraseChars));
    const id = `<${list.id}>`;
    const value = phrase === '' ? id : `${phrase} ${id}`;
    return { ...draft, headers: draft.headers.setRaw('List-Id', value) };
  },
};
