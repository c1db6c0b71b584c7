/** Says what happened in the language of whoever reads it. */
import type { Line } from '../model/command.ts';
import type { ListView } from '../model/list.ts';
import { listValues, type Texts } from './text.ts';

/** The lines as text: sentences from the template `command-lines`, all else as it is. */
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
      return (await texts('command-lines', language, list, values)).text.trim();
    }),
  );
}
