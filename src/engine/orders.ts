/** Finds the orders in a message: by the address it was sent to, in its subject, in its text. */
import { unreachable } from '../ground/errors.ts';
import type { Message } from '../mail/message.ts';
import { orderText, ownLines } from '../mail/order-text.ts';
import { bareSubject } from '../mail/subject.ts';
import { isToken, tokenIn } from '../mail/token.ts';
import type { Command, Order } from '../model/command.ts';
import type { WorkOf } from '../model/entry.ts';
import type { Line } from '../model/phrases.ts';

export type OrderLimits = {
  /** Orders that are obeyed of one message. */
  readonly maxOrders: number;
  /** Lines that are none, after which the rest is prose. */
  readonly maxStray: number;
};

export type Orders = {
  readonly orders: readonly Order[];
  /** What was left out, as a sentence for the reply. */
  readonly remarks: readonly Line[];
  /** It was the address that said what to do: no reply beside what the order itself sends. */
  readonly byAddress: boolean;
};

/** Longest line that may be an order. */
const maxLine = 500;
/** Lines of a reason. */
const maxReasonLines = 20;

/** What a message to one of the sub-addresses wants. */
export async function findOrders(
  { to, detail = '' }: Pick<WorkOf<'command'>, 'to' | 'detail'>,
  message: Message,
  commands: readonly Command[],
  limits: OrderLimits,
): Promise<Orders> {
  const one = (verb: string, ...words: readonly string[]): Orders => ({
    orders: [{ verb, words }],
    remarks: [],
    byAddress: true,
  });
  switch (to) {
    case 'join':
    case 'subscribe':
      return one('join');
    case 'leave':
    case 'unsubscribe':
      return one('leave');
    case 'accept':
    case 'discard':
      return one(to, detail.toLowerCase());
    case 'reject': {
      const lines = ownLines(await orderText(message));
      return one('reject', detail.toLowerCase(), ...lines.slice(0, maxReasonLines));
    }
    case 'held':
      return decisionIn(ownLines(await orderText(message)), detail.toLowerCase());
    case 'mute':
      return one('mute', detail);
    case 'confirm': {
      const token = isToken(detail)
        ? detail.toLowerCase()
        : tokenIn(message.headers.get('subject') ?? '');
      if (!token) return await inMessage(message, commands, limits);
      // A moderator answers "reject", and why; of all others an empty answer is enough.
      const [first = ''] = ownLines(await orderText(message));
      const words = first.slice(0, maxLine).split(/\s+/);
      return words[0]?.toLowerCase() === 'reject'
        ? one('confirm', token, ...words)
        : one('confirm', token);
    }
    case 'author':
    case 'request':
    case 'owner':
    case 'admin':
    case 'bounces':
      return await inMessage(message, commands, limits);
    default:
      return unreachable(to);
  }
}

/** The first line of an answer to a notice says what is to be done; what follows it is a reason. */
function decisionIn([first = '', ...more]: readonly string[], token: string): Orders {
  const [, word = '', rest = ''] =
    /^([a-z]+)\b[\s:,.!-]*(.*)$/iu.exec(first.slice(0, maxLine)) ?? [];
  const verb = word.toLowerCase();
  const isOne = /^(?:accept|approve|reject|refuse|discard|claim)$/.test(verb);
  const words = [token, rest, ...more.slice(0, maxReasonLines)].filter((text) => text !== '');
  return { orders: isOne ? [{ verb, words }] : [], remarks: [], byAddress: true };
}

/** The subject first, then line after line of the text. */
async function inMessage(
  message: Message,
  commands: readonly Command[],
  { maxOrders, maxStray }: OrderLimits,
): Promise<Orders> {
  const verbs = new Set(commands.flatMap((one) => one.verbs));
  const subject = message.headers.get('subject') ?? '';
  const token = tokenIn(subject);
  const bare = bareSubject(subject, '').text;
  const first = token ? { verb: 'confirm', words: [token] } : readOrder(bare, verbs);
  const orders: Order[] = first ? [first] : [];
  let stray = 0;
  for (const line of ownLines(await orderText(message))) {
    const order = readOrder(line, verbs);
    if (order) orders.push(order);
    else stray += 1;
    if (stray >= maxStray || orders.length > maxOrders) break;
  }
  const kept = withoutRepeats(orders).slice(0, maxOrders);
  const remarks: Line[] = [
    ...(orders.length > maxOrders
      ? [{ phrase: 'too-many', values: { count: maxOrders } } as const]
      : []),
    ...(stray > 0 ? [{ phrase: 'stray', values: { count: stray } } as const] : []),
  ];
  return { orders: kept, remarks, byAddress: false };
}

/** `Subject: help` with `help` in the text is one wish. */
function withoutRepeats(orders: readonly Order[]): Order[] {
  const [first] = orders;
  const same = (a: Order, b: Order) => a.verb === b.verb && a.words.join(' ') === b.words.join(' ');
  return orders.filter((order, n) => n === 0 || !first || !same(order, first));
}

/** A line as an order; undefined where it begins with no verb. */
export function readOrder(line: string, verbs: ReadonlySet<string>): Order | undefined {
  if (line.length > maxLine) return undefined;
  const [word = '', ...words] = line.trim().split(/\s+/);
  const verb = word.toLowerCase();
  return verbs.has(verb) ? { verb, words } : undefined;
}
