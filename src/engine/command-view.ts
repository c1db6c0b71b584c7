/** What commands may know of a message and of who sent it. */

import { commands } from '../commands/index.ts';
import type { Config } from '../ground/config-schema.ts';
import {
  type Address,
  addressKey,
  mailboxesIn,
  parseAddress,
  wireAddress,
} from '../mail/address.ts';
import { authResults } from '../mail/auth-results.ts';
import { authorsOf } from '../mail/author.ts';
import { isGenuineLink, memberOfLink } from '../mail/link.ts';
import { answerable } from '../mail/loops.ts';
import type { Message } from '../mail/message.ts';
import { messageIdOf } from '../mail/message-id.ts';
import { isAutomaticSubject, makeToken } from '../mail/token.ts';
import type { HeaderBlock } from '../mail/types.ts';
import type { StrangerLimits } from '../model/change-subscription.ts';
import type { CommandView } from '../model/command.ts';
import { causeOf } from '../model/entry.ts';
import type { ListView, MemberView } from '../model/list.ts';
import type { Desk, Entry } from './desk.ts';
import { heldKey } from './held-keys.ts';
import type { Limits } from './obey.ts';
import { isThreadTag } from './threads.ts';

const dayMs = 86_400_000;

/** Why nothing at all is done: programs give no orders, and confirm nothing. */
export async function silenceFor(
  { meta }: Entry,
  desk: Desk,
  { headers }: Message,
): Promise<string | undefined> {
  const sender = meta.sender === null ? null : parseAddress(meta.sender);
  const isOurs = sender ? await isOurAddress(desk, sender) : false;
  const answer = answerable(headers, sender, { isOwn: () => isOurs });
  if (!answer.yes) return answer.why;
  const subject = headers.get('subject') ?? '';
  return isAutomaticSubject(subject) ? 'Its subject is that of an answering machine.' : undefined;
}

/** The member whom an address was made for, to leave by; undefined where it is none of ours. */
export async function linkedMember(
  { meta: { work } }: Entry,
  { books, secret }: Desk,
): Promise<{ readonly member: MemberView; readonly list: ListView } | undefined> {
  if (work.kind !== 'command' || (work.to !== 'leave' && work.to !== 'unsubscribe'))
    return undefined;
  const token = work.detail ?? '';
  const number = memberOfLink(token);
  const member = number === undefined ? undefined : await books.people.numbered(number);
  const list = member && (await books.list(member.list));
  if (!member || !list) return undefined;
  const { linkVersion } = list.settings;
  const key = secret.for('link');
  const isGenuine = isGenuineLink(key, 'unsubscribe', token, member.number, linkVersion);
  return isGenuine && member.role === 'member' ? { member, list } : undefined;
}

/** The view of one message; undefined where nobody is its author. */
export async function commandView(
  { meta }: Entry,
  desk: Desk,
  list: ListView,
  { headers }: Message,
  linked?: MemberView,
): Promise<CommandView | undefined> {
  const authors = authorsOf(headers);
  const address = linked?.address ?? authors[0];
  if (!address) return undefined;
  const key = addressKey(address);
  const { config, books, secret, now } = desk;
  const cause = causeOf(meta);
  const name = mailboxesIn(headers, 'from').find((one) => one.address === address)?.name ?? '';
  // Whoever knows the address got the member's mail, which is all that a confirmation would show.
  const isShown = isShownReal(headers, config);
  return {
    list,
    asker: {
      address,
      key,
      name,
      proven: isShown || linked !== undefined,
      memberships: await books.memberships(list.id, key),
    },
    byLink: linked !== undefined,
    byPage: meta.work.kind === 'command' && meta.work.via === 'page',
    now,
    books,
    commands,
    messageId: messageIdOf(headers) ?? '',
    source: sourceOf(meta.sender),
    bringer: meta.sender === null ? '' : (parseAddress(meta.sender) ?? ''),
    patienceMs: {
      subscriber: config.commands.confirmDays * dayMs,
      moderator: config.commands.moderateDays * dayMs,
    },
    token: (kind, of) => makeToken(secret.for('request'), kind, list.id, of, cause),
    heldToken: (id, who) => heldKey(desk, list, id, who).token,
    isThread: (tag) => isThreadTag(secret, list, tag),
    isOurs: async (other) => isOurAddress(desk, other),
  };
}

/** Whether a host that the site trusts says that it comes from whom From names. */
export function isShownReal(headers: HeaderBlock, { rules }: Pick<Config, 'rules'>): boolean {
  const results = authResults(headers, rules.trustedHosts);
  return (
    authorsOf(headers).length === 1 &&
    results.some(({ method, result }) => method === 'dmarc' && result === 'pass')
  );
}

/** However it is spelled, it is one source. */
function sourceOf(sender: string | null): string {
  const address = sender === null ? undefined : parseAddress(sender);
  return address === undefined ? '' : addressKey(address);
}

async function isOurAddress(desk: Desk, address: Address): Promise<boolean> {
  return (await desk.destination(wireAddress(address))) !== undefined;
}

/** How much strangers may cause, as the configuration has it. */
/** What strangers can make us write. */
export function strangerLimits({ commands: own }: Pick<Config, 'commands'>): StrangerLimits {
  return {
    targetHour: own.strangerHour,
    targetDay: own.strangerDay,
    sourceHour: own.sourceHour,
    sourceDay: own.sourceDay,
  };
}

/** How many messages may be caused, by strangers and by who is shown to be real. */
export function limitsOf({ commands: own }: Config): Limits {
  return {
    stranger: strangerLimits({ commands: own }),
    proven: {
      targetHour: own.answersDay,
      targetDay: own.answersDay,
      sourceHour: own.answersDay,
      sourceDay: own.answersDay,
    },
  };
}
