import type { Asker, Command } from '../model/command.ts';
import type { ListView } from '../model/list.ts';
import type { Line } from '../model/phrases.ts';

/** Longer rosters are for the command line. */
const maxShown = 1000;

/** The members, for those who may see them; those who hide themselves only for moderators. */
export const who: Command = {
  verbs: ['who'],
  help: 'help-who',
  async obey(_, { list, asker, books }) {
    if (!maySee(list, asker)) {
      return { said: [{ phrase: 'not-shown' }], failed: true };
    }
    const wishes = isModerator(asker) ? undefined : await books.people.hiddenMembers(list.id);
    const found: string[] = [];
    let hidden = 0;
    let more = 0;
    for await (const { number, address, name } of books.members({
      list: list.id,
      role: 'member',
    })) {
      if (wishes && (wishes.get(number) ?? list.settings.hidden)) hidden += 1;
      else if (found.length >= maxShown) more += 1;
      else found.push(`  ${address}${name === '' ? '' : ` (${name})`}`);
    }
    const rest: Line[] = [
      ...(more > 0 ? [{ phrase: 'and-more', values: { count: more } } as const] : []),
      ...(hidden > 0 ? [{ phrase: 'and-hidden', values: { count: hidden } } as const] : []),
    ];
    return { said: [{ phrase: 'members-are' }, ...found, ...rest] };
  },
};

function maySee({ settings }: ListView, asker: Asker): boolean {
  switch (settings.rosterVisibility) {
    case 'public':
      return true;
    case 'members':
      return asker.memberships.some(({ role }) => role !== 'nonmember');
    default:
      return isModerator(asker);
  }
}

function isModerator({ memberships }: Asker): boolean {
  return memberships.some(({ role }) => role === 'owner' || role === 'moderator');
}
