/**
 * Lets commands obey the orders of one message, and makes one outcome of their answers.
 *
 * What a stranger may make us send is counted here, before anything is promised: at a limit the
 * whole answer is dropped, so that no request waits whose token nobody got.
 */
import { addressKey } from '../mail/address.ts';
import type { Change } from '../model/change.ts';
import { dayMs, isTooMany, type StrangerLimits } from '../model/change-subscription.ts';
import type { Answer, Asker, Command, CommandView, Notice, Order } from '../model/command.ts';
import type { Line } from '../model/phrases.ts';
import { newRequest } from '../model/subscribing.ts';
import { type Orders, readOrder } from './orders.ts';

export type Obeyed = {
  readonly said: readonly Line[];
  readonly changes: readonly Change[];
  readonly notices: readonly Notice[];
  /** Answers that were dropped at a limit, for the log. */
  readonly dropped: number;
};

/** How many messages may be caused, by whom. */
export type Limits = { readonly stranger: StrangerLimits; readonly proven: StrangerLimits };

type Answered = Answer & { readonly order?: string };

const atLimit: Line = { phrase: 'at-limit' };

/** Commands that fail, after which the rest of a message is left alone. */
const maxFailed = 5;

/** Obeys orders one after the other. */
export async function obeyAll(
  commands: readonly Command[],
  { orders, remarks, byAddress }: Orders,
  view: CommandView,
  limits: Limits,
): Promise<Obeyed> {
  const other = await otherOf(view);
  const { now, later } = divide(commands, orders, view, other);
  const answers: Answered[] = [];
  await obeySome(commands, now, view, answers);
  if (later.length > 0) answers.push(await askFirst(view, later));
  if (orders.length === 0) answers.push({ said: [{ phrase: 'no-command' }] });
  else if (!byAddress) answers.push({ said: remarks });
  return await withinLimits(answers, view, limits, byAddress);
}

/** Of an unproven sender, what changes something waits until he has confirmed all of it at once. */
function divide(
  commands: readonly Command[],
  orders: readonly Order[],
  view: CommandView,
  other: Asker | undefined,
) {
  const isOf = (order: Order, test: (one: Command) => boolean): boolean =>
    commands.some((one) => one.verbs.includes(order.verb) && test(one));
  const wantsProof = (order: Order) =>
    isOf(order, (one) => one.wantsProof === true || (other !== undefined && one.ofMember === true));
  if (view.asker.proven || !orders.some(wantsProof)) return { now: orders, later: [] };
  const isLater = (order: Order) =>
    wantsProof(order) || (order.verb !== 'confirm' && isOf(order, (one) => one.once === true));
  return { now: orders.filter((one) => !isLater(one)), later: orders.filter(isLater) };
}

/**
 * The membership of somebody who writes from another address than the one that is on the list.
 * Both must be known to be his: a user has them, and mail has reached him where he writes from.
 */
async function otherOf({ list, asker, books }: CommandView): Promise<Asker | undefined> {
  if (asker.memberships.some(({ role }) => role === 'member')) return undefined;
  const [first] = await books.people.siblings(list.id, asker.key);
  if (!first) return undefined;
  const { address, key, name } = first;
  return { address, key, name, proven: asker.proven, memberships: [first] };
}

async function obeySome(
  commands: readonly Command[],
  orders: readonly Order[],
  view: CommandView,
  answers: Answered[],
): Promise<void> {
  const other = view.asker.proven ? await otherOf(view) : undefined;
  let onceDone = false;
  let failed = 0;
  for (const order of orders) {
    const command = commands.find(({ verbs }) => verbs.includes(order.verb));
    if (!command) continue;
    if (command.once && onceDone) {
      answers.push({ said: [`> ${textOf(order)}`, { phrase: 'only-one' }] });
      continue;
    }
    onceDone ||= command.once === true;
    const seen = other && command.ofMember ? { ...view, asker: other } : view;
    const answer = await command.obey(order, seen);
    const said = answer.said.length === 0 ? [] : [`> ${textOf(order)}`, ...answer.said, ''];
    answers.push({ ...answer, said, order: textOf(order) });
    if (answer.further) await obeyFurther(commands, answer.further, view, answers);
    if (answer.failed) failed += 1;
    if (answer.ends || failed >= maxFailed) return;
  }
}

/** Orders that waited, by an address that is proven now. */
async function obeyFurther(
  commands: readonly Command[],
  { lines, address }: NonNullable<Answer['further']>,
  view: CommandView,
  answers: Answered[],
): Promise<void> {
  const key = addressKey(address);
  const memberships = await view.books.memberships(view.list.id, key);
  const name = memberships[0]?.name ?? '';
  const asker = { address, key, name, proven: true, memberships };
  const verbs = new Set(commands.flatMap((one) => one.verbs));
  const orders = lines.flatMap((line) => readOrder(line, verbs) ?? []);
  // What waited can confirm nothing: tokens are not passed on.
  const allowed = orders.filter(({ verb }) => verb !== 'confirm');
  await obeySome(commands, allowed, { ...view, asker }, answers);
}

function textOf({ verb, words }: Order): string {
  return [verb, ...words].join(' ').slice(0, 200);
}

/** One request for all that wants proof. */
async function askFirst(view: CommandView, orders: readonly Order[]): Promise<Answer> {
  const { list, asker, now, books } = view;
  const open = await books.people.requestsOf(list.id, asker.key);
  const before = open.find(({ kind, expires }) => kind === 'orders' && expires > now);
  const lines = orders.map(textOf);
  const token = view.token('orders', asker.key);
  const request = newRequest(view, asker, 'orders', 'subscriber', token, undefined, { lines });
  const values = { address: asker.address, orders: lines.map((line) => `    ${line}`).join('\n') };
  return {
    said: [],
    changes: [{ kind: 'requested', list: list.id, request, seen: before?.token ?? null }],
    notices: [{ template: 'confirm-orders', to: asker.address, values, token, byStranger: true }],
  };
}

type Told = {
  readonly notices: readonly Notice[];
  readonly isProven: boolean;
  readonly isQuiet: boolean;
};

/** Counts what strangers cause, the rows of the day and those that this message adds. */
async function withinLimits(
  answers: readonly Answered[],
  view: CommandView,
  limits: Limits,
  byAddress: boolean,
): Promise<Obeyed> {
  const counted = new Counted(view, limits);
  const said: Line[] = [];
  const changes: Change[] = [];
  const notices: Notice[] = [];
  let dropped = 0;
  for (const answer of answers) {
    const bothers = await counted.room(answer.notices ?? []);
    if (!bothers) {
      dropped += 1;
      // A stranger is told nothing: it would be one message more. Whoever is real has to know.
      if (view.asker.proven && answer.order) said.push(`> ${answer.order}`, atLimit, '');
      continue;
    }
    said.push(...answer.said);
    changes.push(...(answer.changes ?? []), ...bothers);
    notices.push(...(answer.notices ?? []));
  }
  // Whoever returns a token has shown that he reads what is sent to its address.
  const isProven =
    view.asker.proven ||
    changes.some((one) => one.kind === 'vouched' && one.target === view.asker.key);
  // An address that says it all wants no report beside the message that it causes.
  const isQuiet = !isProven || (byAddress && !answers.some((answer) => answer.failed));
  const reply = await replyTo(view, said, { notices, isProven, isQuiet }, counted);
  if (reply === 'dropped') dropped += 1;
  const more = typeof reply === 'object' ? reply : { notices: [], changes: [] };
  return {
    said,
    changes: [...changes, ...more.changes],
    notices: [...notices, ...more.notices],
    dropped,
  };
}

/** The one reply that says line by line what happened, unless a message to him says enough. */
async function replyTo(
  { asker }: CommandView,
  said: readonly Line[],
  { notices, isProven, isQuiet }: Told,
  counted: Counted,
): Promise<{ notices: readonly Notice[]; changes: readonly Change[] } | 'none' | 'dropped'> {
  const isTold = notices.some(({ to }) => to !== undefined && addressKey(to) === asker.key);
  if (said.length === 0 || (isTold && isQuiet)) return 'none';
  // Who is real by the word of a host may be a machine all the same: it has a limit too, a wide one.
  const byStranger = !isProven || asker.proven;
  const notice = {
    template: 'command-reply',
    to: asker.address,
    values: {},
    lines: said,
    byStranger,
  };
  const bothers = await counted.room([notice], asker.proven);
  return bothers ? { notices: [notice], changes: bothers } : 'dropped';
}

/** How much room is left for what strangers cause. */
class Counted {
  readonly #view: CommandView;
  readonly #limits: Limits;
  readonly #byTarget = new Map<string, number>();
  #bySource = 0;

  constructor(view: CommandView, limits: Limits) {
    this.#view = view;
    this.#limits = limits;
  }

  /** The rows for these notices, if there is room for all of them. */
  async room(notices: readonly Notice[], isProven = false): Promise<readonly Change[] | undefined> {
    const { list, source, books, now } = this.#view;
    const limits = isProven ? this.#limits.proven : this.#limits.stranger;
    const changes: Change[] = [];
    for (const { to, byStranger } of notices) {
      if (!byStranger || to === undefined) continue;
      const target = addressKey(to);
      const known = await books.people.bothered(target, source, now - dayMs);
      const here = this.#byTarget.get(target) ?? 0;
      const sum = {
        target: [...known.target, ...repeated(now, here)],
        source: [...known.source, ...repeated(now, this.#bySource)],
      };
      if (isTooMany(sum, limits, now)) return undefined;
      this.#byTarget.set(target, here + 1);
      this.#bySource += 1;
      changes.push({ kind: 'bothered', list: list.id, target, source, limits });
    }
    return changes;
  }
}

function repeated(value: number, times: number): number[] {
  return Array.from({ length: times }, () => value);
}
