import type { Command } from '../model/command.ts';
import type { ListView } from '../model/list.ts';
import type { Preferences } from '../model/preferences.ts';
import { everyTopic, topicsIn } from '../model/topics.ts';

/** How the sender is on the list. */
export const show: Command = {
  verbs: ['show'],
  help: 'help-show',
  ofMember: true,
  async obey(_, { list, asker, books }) {
    const own = asker.memberships.find(({ role }) => role === 'member');
    const wanted = await books.people.preferences(list.id, asker.key);
    if (!own || !wanted) {
      return { said: [{ phrase: 'not-member', values: { address: asker.address } }], failed: true };
    }
    const on = (value: boolean) => (value ? 'on' : 'off');
    const { status } = own;
    return {
      said: [
        { phrase: 'options', values: { address: asker.address } },
        `  delivery   ${on(status === 'enabled')}`,
        `  mode       ${own.mode}`,
        `  rhythm     ${own.rhythm}`,
        `  myposts    ${on(wanted.ownPosts)}`,
        `  duplicates ${on(wanted.duplicates)}`,
        `  ack        ${on(wanted.acknowledge)}`,
        `  hide       ${on(wanted.hidden)}`,
        `  language   ${wanted.language}`,
        ...topicLines(list, wanted),
        status === 'enabled'
          ? { phrase: 'delivery-on' }
          : { phrase: 'delivery-off', values: { status } },
      ],
    };
  },
};

/** What the list has, each with a mark where it is chosen; nothing of it on a list without topics. */
function topicLines({ settings }: ListView, { topics, untagged }: Preferences): string[] {
  const all = topicsIn(settings.topics);
  if (all.length === 0) return [];
  const names = [...new Set(all.map(({ name }) => name))];
  const chosen = names.filter((name) => topics.includes(name));
  return [
    `  topics     ${chosen.length === 0 ? everyTopic : chosen.join(',')}`,
    `  untagged   ${untagged ? 'on' : 'off'}`,
    ...names.map((name) => {
      const about = all.find((one) => one.name === name && one.description !== '')?.description;
      return `    ${name}${about === undefined ? '' : ` - ${about}`}`;
    }),
  ];
}
