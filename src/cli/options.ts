/** What people want of their mail, as it is said on the command line and in files. */
import { UsageError } from '../ground/errors.ts';
import {
  byDefault,
  type Options,
  preferenceName,
  preferenceNames,
  preferenceValue,
} from '../model/preferences.ts';

export const optionHelp = `how he wants his mail: ${preferenceNames.join(', ')}; NAME=default takes one back`;

/** `ownPosts=off`, `topics=cats,dogs` */
export function asOptions(words: readonly string[]): Options {
  return Object.fromEntries(
    words.map((word) => {
      const [text, value] = pairOf(word);
      const name = preferenceName(text);
      if (name === undefined) {
        throw new UsageError(`no option ${text}; there are: ${preferenceNames.join(', ')}`);
      }
      const wanted = value === byDefault ? value : preferenceValue(name, value);
      if (wanted === undefined) throw new UsageError(`${name} cannot be "${value}"`);
      return [name, wanted];
    }),
  );
}

/** `NAME=VALUE` in its two parts. */
export function pairOf(text: string): [string, string] {
  const cut = text.indexOf('=');
  if (cut < 1) throw new UsageError(`"${text}" is not of the form NAME=VALUE`);
  return [text.slice(0, cut), text.slice(cut + 1)];
}
