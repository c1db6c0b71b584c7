/** How somebody gets postings, as he sets it by mail. */
import type { SubscriptionChange } from './change-subscription.ts';
import type { Answer, CommandView } from './command.ts';
import { rhythms } from './digest.ts';
import { type DeliveryMode, deliveryModes } from './list.ts';
import { byDefault, type PreferenceLevel } from './preferences.ts';

/** `set mode|digest|rhythm`. */
export const wayOptions: readonly string[] = ['mode', 'digest', 'rhythm'];

type Wish = Pick<Extract<SubscriptionChange, { kind: 'way' }>, 'mode' | 'rhythm'>;

/** Here, for his address or for all of his addresses; undefined: no such option. */
export function setWay(
  { list, asker }: CommandView,
  option: string,
  value: string,
  level: PreferenceLevel,
): Answer | undefined {
  const wish = value === byDefault ? takenBack(option) : wishOf(option, value);
  if (!wish) return undefined;
  return {
    said: [{ phrase: 'option-set', values: { option, value } }],
    changes: [{ kind: 'way', list: list.id, key: asker.key, level, ...wish }],
  };
}

function takenBack(option: string): Wish {
  return option === 'rhythm' ? { rhythm: null } : { mode: null };
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
