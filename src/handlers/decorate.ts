import { decorate as decoration } from '../mail/decorate.ts';
import { fillIn } from '../mail/variables.ts';
import type { Draft, Handler, Occasion } from '../model/draft.ts';
import { listAddress } from '../model/list.ts';
import { cutFragments, foreignNames, isTemplate } from '../model/personal.ts';

/** Put the list's texts around the body. Only noted here; it happens when the draft is written. */
export const decorate: Handler = {
  name: 'decorate',
  apply(draft, occasion): Draft {
    const { header, footer } = occasion.list.settings;
    const known = variables(occasion);
    const [top, bottom] = [fillIn(header, known), fillIn(footer, known)];
    if (top.trim() === '' && bottom.trim() === '') return draft;
    const { personal, fill = (text: string) => text } = occasion;
    if (!personal?.texts) {
      const same = (text: string): string => (isTemplate(text) ? fill(text) : text);
      const texts = { header: same(top), footer: same(bottom) };
      return { ...draft, transforms: [...draft.transforms, decoration(texts)] };
    }
    const { mark } = personal;
    const above = cutFragments(top, mark, draft.fragments ?? []);
    const below = cutFragments(bottom, mark, above.fragments);
    const texts = { header: above.text, footer: below.text, mark };
    const transforms = [...draft.transforms, decoration(texts)];
    return { ...draft, fragments: below.fragments, transforms };
  },
};

/** Mailman's names beside ours: people bring their texts along. */
function variables({ list, number, muteAddress }: Occasion): ReadonlyMap<string, string> {
  const { displayName, description } = list.settings;
  const of = (sub: string): string => listAddress(list, sub);
  return new Map<string, string>([
    ['list_name', list.name],
    ['short_listname', list.name],
    ['display_name', displayName || list.name],
    ['real_name', displayName || list.name],
    ['description', description],
    ['list_id', list.id],
    ['domain', list.domain],
    ['mail_host', list.domain],
    ['host_name', list.domain],
    ['posting_address', list.address],
    ['listname', list.address],
    ['fqdn_listname', list.address],
    ['owner_address', of('owner')],
    ['owner_email', of('owner')],
    ['request_address', of('request')],
    ['request_email', of('request')],
    ['join_address', of('join')],
    ['leave_address', of('leave')],
    ['number', String(number)],
    ['mute_address', muteAddress ?? ''],
    ...foreignNames,
  ]);
}
