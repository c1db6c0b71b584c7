import { addressKey, parseAddress } from '../mail/address.ts';
import type { SubscriptionChange } from '../model/change-subscription.ts';
import type { Answer, Command, CommandView } from '../model/command.ts';
import { firstAt } from '../model/digest-time.ts';
import type { ListView } from '../model/list.ts';
import {
  byDefault,
  type Pause,
  type PreferenceLevel,
  type PreferenceName,
  preferenceValue,
} from '../model/preferences.ts';
import { newRequest } from '../model/subscribing.ts';
import { everyTopic, topicsIn } from '../model/topics.ts';
import { setWay, wayOptions } from '../model/way.ts';
import { helpOn } from './help.ts';

const names: Readonly<Record<string, PreferenceName>> = {
  myposts: 'ownPosts',
  duplicates: 'duplicates',
  ack: 'acknowledge',
  hide: 'hidden',
  topics: 'topics',
  untagged: 'untagged',
  language: 'language',
};
const levels: Readonly<Record<string, PreferenceLevel>> = {
  here: 'member',
  address: 'address',
  everywhere: 'user',
};
const dayMs = 86_400_000;
const maxPauseMs = 366 * dayMs;

/** Changes what the sender wants of his mail, here, for his address or for all of his addresses. */
export const set: Command = {
  verbs: ['set'],
  help: 'help-set',
  ofMember: true,
  wantsProof: true,
  async obey({ words }, view) {
    const [option = '', value = '', where = 'here'] = words.map((word) => word.toLowerCase());
    const { list, asker } = view;
    if (!asker.memberships.some(({ role }) => role === 'member')) {
      return { said: [{ phrase: 'not-member', values: { address: asker.address } }], failed: true };
    }
    if (option === 'address') return await move(view, words[1] ?? '');
    const level = levels[where];
    if (!level) return unknownOption;
    if (option === 'delivery') return delivery(view, value, level);
    if (wayOptions.includes(option)) return setWay(view, option, value, level) ?? unknownOption;
    const name = names[option];
    const wanted = name && (value === byDefault ? null : preferenceValue(name, value));
    if (!name || wanted === undefined) return unknownOption;
    const unknown = name === 'topics' ? unknownTopics(list, wanted) : [];
    if (unknown.length > 0) {
      const values = { topics: unknown.join(', '), known: topicNames(list).join(', ') };
      return { said: [{ phrase: 'no-topic', values }], failed: true };
    }
    const change = {
      kind: 'preferred',
      list: list.id,
      key: asker.key,
      level,
      name,
      value: wanted,
    } as const;
    return { said: [{ phrase: 'option-set', values: { option, value } }], changes: [change] };
  },
};

const unknownOption: Answer = { said: [{ phrase: 'no-option' }, helpOn(set)], failed: true };

function topicNames({ settings }: ListView): string[] {
  return [...new Set(topicsIn(settings.topics).map(({ name }) => name))];
}

function unknownTopics(list: ListView, wanted: string | null): string[] {
  const known = new Set([...topicNames(list), everyTopic]);
  return (wanted ?? '').split(',').filter((name) => name !== '' && !known.has(name));
}

function delivery(
  { list, asker, now }: CommandView,
  value: string,
  level: PreferenceLevel,
): Answer {
  const about = { kind: 'delivery', list: list.id, key: asker.key, level } as const;
  if (value === 'on' || value === 'off') {
    const change: SubscriptionChange = { ...about, on: value === 'on' };
    return {
      said: [{ phrase: 'option-set', values: { option: 'delivery', value } }],
      changes: [change],
    };
  }
  const days = readDays(value);
  const pause = days && pauseOf(days, list.settings.timeZone, now);
  if (!pause) return { said: [{ phrase: 'no-delivery', values: { text: value } }], failed: true };
  const { first, last } = days;
  return {
    said: [{ phrase: 'resting', values: { from: first, until: last } }],
    changes: [{ ...about, on: false, pause }],
  };
}

type Days = { readonly first: number; readonly last: number };

/** `2026-12-24..2027-01-06`. */
function readDays(text: string): Days | undefined {
  const [, from, until] = /^(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)$/.exec(text) ?? [];
  const [first, last] = [Date.parse(from ?? ''), Date.parse(until ?? '')];
  return first <= last && last - first < maxPauseMs ? { first, last } : undefined;
}

/** Whole days where the list is, for members have no place of their own; not over. */
function pauseOf({ first, last }: Days, timeZone: string, now: number): Pause | undefined {
  const until = firstAt(last + dayMs, timeZone);
  return until > now ? { from: firstAt(first, timeZone), until } : undefined;
}

/** The new address must answer; then it takes the place of the old one on all lists. */
async function move(view: CommandView, text: string): Promise<Answer> {
  const { list, asker } = view;
  const address = parseAddress(text);
  if (!address) return { said: [{ phrase: 'no-address', values: { text } }], failed: true };
  if (addressKey(address) === asker.key || (await view.isOurs(address))) {
    return { said: [{ phrase: 'cannot-move', values: { address } }], failed: true };
  }
  const key = addressKey(address);
  const token = view.token('move', key);
  const open = await view.books.people.requestsOf(list.id, key);
  const before = open.find(({ kind, expires }) => kind === 'move' && expires > view.now);
  const who = { address, name: asker.name };
  const request = newRequest(view, who, 'move', 'subscriber', token, undefined, {
    from: asker.address,
  });
  return {
    said: [{ phrase: 'asked', values: { address } }],
    changes: [{ kind: 'requested', list: list.id, request, seen: before?.token ?? null }],
    notices: [
      {
        template: 'confirm-move',
        to: address,
        values: { address, old: asker.address },
        token,
        byStranger: true,
      },
    ],
  };
}
