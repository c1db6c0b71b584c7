/**
 * Knows the metadata that we write on nearly every hop, at a tenth of what the schema costs.
 *
 * It judges nothing: what it says yes to, the schema would take as it is, and whatever else there
 * is (a rarer kind of work, a key too many, a figure out of bounds) is the schema's to take or to
 * refuse. A small posting has five hops, and the schema was 3 % of each.
 */
import { chainStates } from '../mail/dkim/arc.ts';
import { maxAddress } from './audience.ts';
import {
  dsnWishes,
  type EntryMeta,
  envelopeModes,
  maxHops,
  type Work,
  type WorkOf,
} from './entry.ts';
import { isEntryId, isListId } from './ids.ts';
import { subAddresses, vias } from './incoming-work.ts';
import { maxFragment, maxFragments, type Personal, personalMark } from './personal.ts';
import { queueNames } from './queues.ts';

type Check = (value: unknown) => boolean;

/** A check for each key that must be there, and for each that may be: none can be forgotten. */
type Wanted<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: Check };
type Allowed<T> = { readonly [K in keyof T as undefined extends T[K] ? K : never]: Check };

/** An object with these keys and no other. */
function shape<T>(wanted: Wanted<T>, allowed: Allowed<T>): Check {
  const must = new Map<string, Check>(Object.entries(wanted));
  const may = new Map<string, Check>(Object.entries(allowed));
  return (value) => {
    if (!isRecord(value)) return false;
    let found = 0;
    for (const key of Object.keys(value)) {
      const check = must.get(key);
      if (check) found += 1;
      if (!(check ?? may.get(key))?.(value[key])) return false;
    }
    return found === must.size;
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(most: number, check: Check): Check {
  return (value) => Array.isArray(value) && value.length <= most && value.every(check);
}

function oneOf(...values: readonly unknown[]): Check {
  const known = new Set(values);
  return (value) => known.has(value);
}

function orNull(check: Check): Check {
  return (value) => value === null || check(value);
}

const textUpTo =
  (most: number): Check =>
  (value) =>
    typeof value === 'string' && value.length <= most;
/** Where this is there, the schema is asked. */
const rare: Check = () => false;
const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const upTo =
  (most: number, least = 0): Check =>
  (value) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
const isId: Check = (value) => typeof value === 'string' && isEntryId(value);
const isList: Check = (value) => typeof value === 'string' && isListId(value);
const isAddress = textUpTo(maxAddress);

const isPersonal = shape<Personal>(
  {
    mark: (value) => typeof value === 'string' && personalMark.test(value),
    fragments: listOf(maxFragments, textUpTo(maxFragment)),
    given: (value) =>
      isRecord(value) &&
      // Made by hand: the schema leaves this one out.
      !Object.hasOwn(value, '__proto__') &&
      Object.values(value).every(isText),
    name: isText,
    domain: isText,
    language: isText,
    links: isCount,
  },
  {},
);

/** Kinds that come with every posting, and orders and bounces, which come in floods. */
const works: ReadonlyMap<unknown, Check> = new Map<Work['kind'], Check>([
  ['mail', shape<WorkOf<'mail'>>({ kind: isText, via: oneOf(...vias) }, {})],
  ['posting', shape<WorkOf<'posting'>>({ kind: isText, approved: isFlag }, {})],
  ['bounce', shape<WorkOf<'bounce'>>({ kind: isText }, { detail: isText })],
  [
    'command',
    shape<WorkOf<'command'>>(
      { kind: isText, to: oneOf(...subAddresses) },
      { detail: isText, via: oneOf('page') },
    ),
  ],
  ['archive', shape<WorkOf<'archive'>>({ kind: isText }, { messageId: isAddress, left: rare })],
  [
    'batch',
    shape<WorkOf<'batch'>>(
      {
        kind: isText,
        mailing: isId,
        mode: oneOf(...envelopeModes),
        returnPath: orNull(isAddress),
        // Its lines were checked when they were read.
        recipients: isRecord,
        reported: isCount,
      },
      {
        dsn: oneOf(...dsnWishes),
        personal: isPersonal,
        arc: shape({ instance: upTo(50, 1), state: oneOf(...chainStates) }, {}),
        keepsQuiet: isFlag,
        membersOf: isList,
        waits: rare,
        why: rare,
        since: rare,
      },
    ),
  ],
]);

const isEntry = shape<EntryMeta>(
  {
    version: oneOf(1),
    id: isId,
    priority: upTo(9),
    due: isCount,
    round: isCount,
    received: isCount,
    sender: orNull(isAddress),
    message: shape<EntryMeta['message']>(
      { size: isCount, digest: orNull(isText) },
      { own: oneOf(true) },
    ),
    hops: listOf(maxHops, shape({ queue: oneOf(...queueNames), at: isCount }, {})),
    attempts: isCount,
    work: (value) => isRecord(value) && works.get(value['kind'])?.(value) === true,
  },
  { recipient: isAddress, list: isList, alone: oneOf(true) },
);

/** True: the schema would take it, and change nothing. False says nothing. */
export function isPlainEntry(value: unknown): value is EntryMeta {
  return isEntry(value);
}
