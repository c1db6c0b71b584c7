import { bareSubject, numberedPrefix, subjectValue } from '../mail/subject.ts';
import { encodeWords } from '../mail/words.ts';
import type { Handler } from '../model/draft.ts';

/**
 * Put the list's prefix before the subject, once, whatever answers made of it: `[cats] Re: food`.
 *
 * A subject that has this form already keeps its bytes.
 */
export const subjectPrefix: Handler = {
  name: 'subject-prefix',
  apply(draft, { list, number, say }) {
    const { subjectPrefix: prefix } = list.settings;
    if (prefix.trim() === '') return draft;
    const shown = draft.headers.get('subject') ?? '';
    const { text, isAnswer } = bareSubject(shown, prefix);
    const start = numberedPrefix(prefix, number);
    if (text === '') {
      const value = encodeWords(`${start} ${say({ phrase: 'mark-no-subject' })}`);
      return { ...draft, headers: draft.headers.setRaw('Subject', value) };
    }
    const mark = isAnswer ? `${start} Re:` : start;
    if (shown === `${mark} ${text}`) return draft;
    const raw = draft.headers.raw('subject')[0] ?? '';
    const value = subjectValue(raw, prefix, mark, text);
    return { ...draft, headers: draft.headers.setRaw('Subject', value) };
  },
};
