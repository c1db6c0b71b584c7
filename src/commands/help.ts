import type { Command } from '../model/command.ts';

/** All commands, or one. */
export const help: Command = {
  verbs: ['help'],
  usage: 'help [COMMAND]',
  help: 'Show the commands, or one of them.',
  obey({ words }, { commands, list }) {
    const [asked] = words;
    if (asked !== undefined) {
      const found = commands.find(({ verbs }) => verbs.includes(asked.toLowerCase()));
      if (!found) return { said: [`There is no command ${asked}.`], failed: true };
      return { said: [found.usage, `    ${found.help}`] };
    }
    return {
      said: [
        `Commands of ${list.address}, one a line, in the subject or the text of a message to ` +
          `${list.name}-request@${list.domain}:`,
        ...commands.map((one) => `  ${one.usage}\n      ${one.help}`),
      ],
    };
  },
};
