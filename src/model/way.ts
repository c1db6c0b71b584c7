/** How somebody gets postings, as he sets it by mail. */
import type { SubscriptionChange } from './change-subscription.ts';
import type { Answer, CommandView } from './command.ts';
import { rhythms } from './digest.ts';
import { type DeliveryMode, deliveryModes } from './list.ts';

/** `set mode|digest|rhythm`. */
export const wayOptions: readonly string[] = ['mode', 'digest', 'rhythm'];

type Wish = Pick<Extract<SubscriptionChange, { kind: 'way' }>, 'mode' | 'rhythm'>;

/** Here, or on every list where his address is a member; undefined: no such option. */
export async function setWay(
  { list, asker, books }: CommandView,
  option: string,
  value: string,
  where: string,
): Promise<Answer | undefined> {
  const wish = wishOf(option, value);
  if (!wish || (where !== 'here' && where !== 'address')) return undefined;
  const lists = new Set([list.id]);
  if (where === 'address') {
    const all = books.members({ key: asker.key, role: 'member' });
    for await (const membership of all) lists.add(membership.list);
  }
  return {
    said: [{ phrase: 'option-set', values: { option, value } }],
    changes: [...lists].map((id) => ({ kind: 'way', list: id, key: asker.key, ...wish })),
  };
}

function wishOf(option: string, value: string): Wish | undefined {
  if (option === 'rhythm') {
    const rhythm = rhythms.find((one) => one === value);
    return rhythm && { rhythm };
  }
  const mode = option === 'digest' ? digestMode(value) : deliveryModes.find((one) => one === value);
  return mode && { mode };
}

/** As people write who come from Mailman. */
function digestMode(value: string): DeliveryMode | undefined {
  if (value === 'off') return 'regular';
  if (value === 'on') return 'mime';
  return deliveryModes.find((one) => one === value && one !== 'regular');
}
