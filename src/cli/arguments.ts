/** What people write on a command line, checked, with an answer where it is wrong. */
import { userName } from '../ground/environment.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { type Address, domainOf, localPart, parseAddress, wireAddress } from '../mail/address.ts';
import { type Rhythm, rhythms } from '../model/digest.ts';
import { isListId } from '../model/ids.ts';
import {
  type DeliveryMode,
  type DeliveryStatus,
  deliveryModes,
  deliveryStatuses,
  type ListView,
  type PostAction,
  postActions,
  type Role,
  roles,
} from '../model/list.ts';
import type { Store } from '../store/store.ts';
import { Option } from './command.ts';

export const listHelp = 'its address (cats@example.org), its id, or its name where that is enough';

/** Under whose name changes at the command line stand in the books. */
export function whoAmI(): string {
  return `cli:${userName()}`;
}

/** An address, or the answer that it is none. */
export function wantAddress(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new UsageError(`"${text}" is no mail address`);
  return address;
}

/** An address of a list, taken apart; the domain as A-label. */
export function splitAddress(text: string): { name: string; domain: string } {
  const address = wireAddress(wantAddress(text));
  return { name: localPart(address).toLowerCase(), domain: domainOf(address).toLowerCase() };
}

/** The one list that a person means. */
export async function findList(store: Store, text: string): Promise<ListView> {
  if (text.includes('@')) {
    const { name, domain } = splitAddress(text);
    const found = await store.listAt(name, domain);
    if (found) return found;
    throw new UsageError(`no list ${text}`, exit.noInput);
  }
  const lower = text.toLowerCase();
  const byId = isListId(lower) ? await store.list(lower) : undefined;
  if (byId) return byId;
  const namesakes = await store.listsNamed(lower);
  const [only, ...others] = namesakes;
  if (only && others.length === 0) return only;
  if (!only) throw new UsageError(`no list ${text}; "listmill list ls" shows all`, exit.noInput);
  const names = namesakes.map(({ address }) => address).join(', ');
  throw new UsageError(`"${text}" may be ${names}: which?`);
}

function choices(flags: string, description: string, words: readonly string[]): Option {
  return new Option(flags, description).choices(words);
}

/** Options that several verbs have. */
export const roleOption = () => choices('--role <role>', 'in which role', roles);
export const modeOption = () => choices('--mode <mode>', 'how mail is delivered', deliveryModes);
export const rhythmOption = () => choices('--rhythm <rhythm>', 'when digests come', rhythms);
export const statusOption = () =>
  choices('--status <status>', 'whether mail is delivered', deliveryStatuses);
export const actionOption = () =>
  choices('--action <action>', 'what becomes of his postings', postActions);
export const jsonOption = () => new Option('--json', 'for programs: JSON');

/** A word that stands for one of several, or undefined. */
function oneOf<T extends string>(words: readonly T[]): (text: string) => T | undefined {
  return (text) => words.find((word) => word === text);
}

/** Words of the command line as values; undefined where they are none. */
export const asRole: (text: string) => Role | undefined = oneOf(roles);
export const asMode: (text: string) => DeliveryMode | undefined = oneOf(deliveryModes);
export const asRhythm: (text: string) => Rhythm | undefined = oneOf(rhythms);
export const asStatus: (text: string) => DeliveryStatus | undefined = oneOf(deliveryStatuses);
export const asAction: (text: string) => PostAction | undefined = oneOf(postActions);

/** `yes`, `no` and what else people write for them. */
export function asFlag(text: string): boolean | undefined {
  if (/^(yes|y|true|on|1)$/i.test(text)) return true;
  return /^(no|n|false|off|0)$/i.test(text) ? false : undefined;
}
