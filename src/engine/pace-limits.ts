/** Which limits of the site count for a group of recipients, and under which keys. */
import type { Config } from '../ground/config.ts';
import { type Rate, warmUpRate } from '../model/pace.ts';
import type { KeyedRate } from '../store/pace-books.ts';

type PaceConfig = Config['pace'][number];

/** What goes to one domain of a batch. */
export type Group = {
  readonly domain: string;
  readonly list: string | undefined;
  /** The relays of its route. */
  readonly relays: readonly string[];
  readonly positions: readonly number[];
};

/** A limit, and what it is counted under for a group. */
export type Keyed = { readonly limit: PaceConfig; readonly key: string };

/** A limit as it stands for a group: with one for each domain, it is that domain's. */
export function keyed(limit: PaceConfig, group: Group): Keyed[] {
  const { domain, list, relay } = limit;
  if (list !== undefined && list !== group.list) return [];
  if (relay !== undefined && !group.relays.includes(relay)) return [];
  if (domain !== undefined && !matchesDomain(domain, group.domain)) return [];
  const parts = [
    ...(list === undefined ? [] : [`list ${list}`]),
    ...(relay === undefined ? [] : [`relay ${relay}`]),
    ...(domain === undefined ? [] : [`domain ${domain === '*' ? group.domain : domain}`]),
  ];
  return [{ limit, key: parts.length === 0 ? 'site' : parts.join(', ') }];
}

/** `example.org`, `.example.org` for what is below it, `*` for all. */
export function matchesDomain(pattern: string, domain: string): boolean {
  if (pattern === '*') return true;
  return pattern.startsWith('.') ? domain.endsWith(pattern) : domain === pattern;
}

/** How many a limit lets go, in which time. */
export function ratesOf(limit: PaceConfig, key: string, now: number): KeyedRate[] {
  const rates: KeyedRate[] = [];
  const { messages, perMs, warmUp, warmUpFrom } = limit;
  if (messages !== undefined) rates.push({ key: `${key}, per ${perMs} ms`, most: messages, perMs });
  const from = warmUpFrom === undefined ? Number.NaN : Date.parse(warmUpFrom);
  const warm: Rate | undefined = warmUpRate(warmUp, from, now);
  if (warm) rates.push({ key: `${key}, warming up`, ...warm });
  return rates;
}
