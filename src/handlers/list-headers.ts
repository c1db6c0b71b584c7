import { parseAddress } from '../mail/address.ts';
import { holeText } from '../mail/hole.ts';
import { bracketed, mailto } from '../mail/mailto.ts';
import type { HeaderBlock } from '../mail/types.ts';
import type { Handler, PersonalOccasion } from '../model/draft.ts';
import { type ListView, listAddress } from '../model/list.ts';
import { unsubscribeHole } from '../model/personal.ts';

/** Tell mail programs how the list is used (RFC 2369), and left at one press (RFC 8058). */
export const listHeaders: Handler = {
  name: 'list-headers',
  apply(draft, { list, personal }) {
    if (!list.settings.listHeaders) return draft;
    const fields: readonly (readonly [name: string, value: string | undefined])[] = [
      ['List-Help', command(list, 'request', 'help')],
      ['List-Owner', command(list, 'owner')],
      ['List-Post', list.settings.allowPosts ? mailto(list.address) : 'NO'],
      ['List-Subscribe', command(list, 'join')],
      ['List-Unsubscribe', personal ? holeOf(personal) : command(list, 'leave')],
      ['List-Unsubscribe-Post', personal?.oneClick ? 'List-Unsubscribe=One-Click' : undefined],
      ['List-Archive', archive(list)],
    ];
    const headers = fields.reduce<HeaderBlock>(
      (block, [name, value]) => (value === undefined ? block : block.setRaw(name, value)),
      draft.headers,
    );
    return { ...draft, headers };
  },
};

/** Each recipient's own links: his alone can be believed without asking back. */
function holeOf({ mark }: PersonalOccasion): string {
  return holeText(mark, unsubscribeHole);
}

function command(list: ListView, sub: string, subject?: string): string | undefined {
  const address = parseAddress(listAddress(list, sub));
  return address && mailto(address, subject);
}

/** The page of the list: the URL up to where a single posting begins. */
function archive(list: ListView): string | undefined {
  const { archiveUrl, archivePolicy } = list.settings;
  if (archiveUrl.trim() === '' || archivePolicy === 'never') return undefined;
  return bracketed(archiveUrl.split('%h')[0] ?? archiveUrl);
}
