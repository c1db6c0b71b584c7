import { parseAddress } from '../mail/address.ts';
import { bracketed, mailto } from '../mail/mailto.ts';
import type { HeaderBlock } from '../mail/types.ts';
import type { Handler } from '../model/draft.ts';
import { type ListView, listAddress } from '../model/list.ts';

/** Tell mail programs how the list is used (RFC 2369). */
export const listHeaders: Handler = {
  name: 'list-headers',
  apply(draft, { list }) {
    if (!list.settings.listHeaders) return draft;
    const fields: readonly (readonly [name: string, value: string | undefined])[] = [
      ['List-Help', command(list, 'request', 'help')],
      ['List-Owner', command(list, 'owner')],
      ['List-Post', list.settings.allowPosts ? mailto(list.address) : 'NO'],
      ['List-Subscribe', command(list, 'join')],
      ['List-Unsubscribe', command(list, 'leave')],
      ['List-Archive', archive(list)],
    ];
    const headers = fields.reduce<HeaderBlock>(
      (block, [name, value]) => (value === undefined ? block : block.setRaw(name, value)),
      draft.headers,
    );
    return { ...draft, headers };
  },
};

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
