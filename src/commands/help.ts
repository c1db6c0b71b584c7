import type { Command } from '../model/command.ts';
import { languages } from '../model/language.ts';
import type { Phrase } from '../model/phrases.ts';

/** All commands, or one. */
export const help: Command = {
  verbs: ['help'],
  help: 'help-help',
  obey({ words }, { commands }) {
    const [asked] = words;
    if (asked === undefined) {
      return { said: [{ phrase: 'help-commands' }, ...commands.map(helpOn)] };
    }
    const found = commands.find(({ verbs }) => verbs.includes(asked.toLowerCase()));
    if (found) return { said: [helpOn(found)] };
    return { said: [{ phrase: 'no-such-command', values: { text: asked } }], failed: true };
  },
};

/** How a command is written, and what it does. */
export function helpOn({ help: phrase }: Command): Phrase {
  return { phrase, values: { languages: languages.join('|') } };
}
