import { reason } from '../model/phrases.ts';
import type { Posting, Rule } from '../model/posting.ts';

/** Orders, and how many words may stand behind them. */
const orders: Readonly<Record<string, readonly [least: number, most: number]>> = {
  confirm: [1, 1],
  help: [0, 0],
  info: [0, 0],
  lists: [0, 0],
  options: [0, 0],
  password: [2, 2],
  remove: [0, 0],
  set: [3, 3],
  subscribe: [0, 3],
  join: [0, 1],
  unsubscribe: [0, 1],
  leave: [0, 1],
  signoff: [0, 1],
  who: [0, 1],
};

/** Orders stand at the top. */
const maxLines = 10;
/** Who gives orders writes nothing else; a longer message is a message. */
const maxBytes = 65_536;

/** "unsubscribe" to the whole list: everybody would read it, and nobody would be unsubscribed. */
export const administrivia: Rule = {
  name: 'administrivia',
  needs: ({ settings }) => (settings.administrivia ? ['lines'] : []),
  check(posting) {
    if (!posting.list.settings.administrivia || posting.size > maxBytes) return undefined;
    const order = candidates(posting).find(isOrder);
    return order === undefined ? undefined : { why: reason('order', { order: order.trim() }) };
  },
};

function candidates({ headers, lines }: Posting): string[] {
  const filled = lines.filter((line) => line.trim() !== '').slice(0, maxLines);
  return [headers.get('subject') ?? '', ...filled];
}

function isOrder(text: string): boolean {
  if (text.length > 200) return false;
  const [word = '', ...more] = text.trim().toLowerCase().split(/\s+/);
  const range = Object.hasOwn(orders, word) ? orders[word] : undefined;
  return range !== undefined && more.length >= range[0] && more.length <= range[1];
}
