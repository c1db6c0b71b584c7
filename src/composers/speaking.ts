/** Says what happened in the language of whoever reads it. */
import type { ListView } from '../model/list.ts';
import { bookOf, type Line } from '../model/phrases.ts';
import { listValues, type Texts } from './text.ts';

/** The lines as text: sentences from the template that has them, all else as it is. */
export async function speak(
  lines: readonly Line[],
  texts: Texts,
  language: string,
  list: ListView,
): Promise<string[]> {
  return await Promise.all(
    lines.map(async (line) => {
      if (typeof line === 'string') return line;
      const values = { ...listValues(list), ...line.values, phrase: line.phrase };
      return (await texts(bookOf(line.phrase), language, list, values)).text.trimEnd();
    }),
  );
}
