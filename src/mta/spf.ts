/** Whether a domain lets an address send for it (RFC 7208), for those who look after their own. */
import { BlockList, isIP } from 'node:net';
import type { Names } from './names.ts';

export type SpfResult = 'none' | 'neutral' | 'pass' | 'softfail' | 'fail' | 'permerror';

/** RFC 7208 section 4.6.4. */
const maxLookups = 10;

type State = { lookups: number };
const results = { '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' } as const;

/** What the record of a domain says of an address. Macros are not known here: they never match. */
export async function checkSpf(names: Names, domain: string, address: string): Promise<SpfResult> {
  return await evaluate(names, domain, address, { lookups: 0 });
}

/** The SPF records of a domain; one is right. */
export async function spfRecords(names: Names, domain: string): Promise<readonly string[]> {
  return (await names.txt(domain)).filter((text) => /^v=spf1(?: |$)/i.test(text));
}

async function evaluate(
  names: Names,
  domain: string,
  address: string,
  state: State,
): Promise<SpfResult> {
  const [record, ...more] = await spfRecords(names, domain);
  if (record === undefined) return 'none';
  if (more.length > 0) return 'permerror';
  let redirect: string | undefined;
  for (const term of record.split(/ +/).slice(1)) {
    const [, to] = /^redirect=(.+)$/i.exec(term) ?? [];
    if (to !== undefined) redirect = to;
    const [, sign = '', name = '', rest = ''] = /^([-+~?]?)([a-z0-9]+)(.*)$/i.exec(term) ?? [];
    if (rest.startsWith('=')) continue;
    const hit = await matches(names, { name: name.toLowerCase(), rest, domain }, address, state);
    if (state.lookups > maxLookups || hit === 'permerror') return 'permerror';
    if (hit) return results[(sign || '+') as keyof typeof results];
  }
  if (redirect === undefined) return 'neutral';
  state.lookups += 1;
  const found = await evaluate(names, redirect, address, state);
  return found === 'none' ? 'permerror' : found;
}

type Mechanism = { readonly name: string; readonly rest: string; readonly domain: string };

async function matches(
  names: Names,
  { name, rest, domain }: Mechanism,
  address: string,
  state: State,
): Promise<boolean | 'permerror'> {
  const [, other = domain, bits] = /^(?::([^/]+))?(?:\/(\d+))?/.exec(rest) ?? [];
  switch (name) {
    case 'all':
      return true;
    case 'ip4':
    case 'ip6':
      return isWithin(address, rest.slice(1));
    case 'a':
      state.lookups += 1;
      return isOneOf(address, await names.addresses(other), bits);
    case 'mx': {
      state.lookups += 1;
      for (const host of (await names.mx(other)).slice(0, maxLookups)) {
        if (isOneOf(address, await names.addresses(host), bits)) return true;
      }
      return false;
    }
    case 'include': {
      state.lookups += 1;
      if (state.lookups > maxLookups) return 'permerror';
      const found = await evaluate(names, other, address, state);
      return found === 'none' || found === 'permerror' ? 'permerror' : found === 'pass';
    }
    case 'exists':
      state.lookups += 1;
      return !other.includes('%') && (await names.addresses(other)).length > 0;
    case 'ptr':
      state.lookups += 1;
      return false;
    default:
      return 'permerror';
  }
}

function isOneOf(address: string, found: readonly string[], bits: string | undefined): boolean {
  return found.some((one) => isWithin(address, bits === undefined ? one : `${one}/${bits}`));
}

function isWithin(address: string, range: string): boolean {
  const [network = '', bits] = range.split('/');
  const family = isIP(network);
  if (family === 0 || family !== isIP(address)) return false;
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  const width = family === 4 ? 32 : 128;
  const prefix = bits === undefined ? width : Number(bits);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > width) return false;
  list.addSubnet(network, prefix, kind);
  return list.check(address, kind);
}
