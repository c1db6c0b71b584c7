/** Examines a site: its names in DNS, its MTA, and the way from one to the other. */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { subAddresses } from '../../model/incoming-work.ts';
import type { ListView } from '../../model/list.ts';
import { txtAsker } from '../../mta/dmarc.ts';
import { type Names, namesOf } from '../../mta/names.ts';
import type { RelaySettings } from '../../mta/types.ts';
import { relaysOf } from '../relays.ts';
import { signingKeys } from '../signing-keys.ts';
import type { Site } from '../site.ts';
import { type DnsView, examineDomain, examineHost } from './dns.ts';
import { examiner, type Finding } from './finding.ts';
import { probe } from './probe.ts';
import { examineRelay } from './relay.ts';

export type Examination = {
  /** Only this one of our domains. */
  readonly domain: string | undefined;
  /** Send a message through the MTA and wait for it so long; undefined: send none. */
  readonly probeMs: number | undefined;
};

const relayMs = 20_000;
const maxLists = 5;

/** All findings, in an order in which they can be put right. */
export async function* examine(site: Site, wish: Examination): AsyncGenerator<Finding> {
  const store = await site.store();
  const all = await store.domains();
  const domains = wish.domain === undefined ? all : all.filter((one) => one === wish.domain);
  if (domains.length === 0) {
    const { bad } = examiner('site', wish.domain ?? site.paths.root);
    yield bad('There is no such domain of ours.', 'listmill domain add DOMAIN');
    return;
  }
  const relays = relaysOf(site.config, site.paths.root).map(({ relay }) => relay);
  const view = await dnsView(site, relays);
  yield* await examineHost(view);
  for (const domain of domains) yield* await examineDomain(view, domain);
  const lists: ListView[] = [];
  for (const domain of domains) {
    for await (const list of store.lists({ domain })) {
      if (lists.length >= maxLists) break;
      lists.push(list);
    }
  }
  for (const relay of relays) yield* await examineRelay(relayView(site, relay, lists));
  const [list] = lists;
  if (wish.probeMs === undefined) return;
  if (!list) yield examiner('probe', 'site').bad('No list to send it to.', 'listmill list create');
  else for (const relay of relays) yield await probe(site, relay, list, wish.probeMs);
}

async function dnsView(site: Site, relays: readonly RelaySettings[]): Promise<DnsView> {
  const { config, paths } = site;
  const names = namesOf(config.dns.servers, config.dns.timeoutMs);
  const helo = relays[0]?.helo ?? hostname();
  return {
    names,
    ask: txtAsker(config.dns.servers, config.dns.timeoutMs),
    keys: signingKeys(config, paths),
    helo,
    senders: await sendersOf(names, helo),
    limitMs: config.dns.timeoutMs * 3,
  };
}

/** The addresses from which others see our mail come: those of the name that greets them. */
async function sendersOf(names: Names, helo: string): Promise<readonly string[]> {
  const found = await names.addresses(helo).catch(() => []);
  return found.filter((one) => isIP(one) !== 0);
}

function relayView(site: Site, relay: RelaySettings, lists: readonly ListView[]) {
  const { config } = site;
  const { separator } = config.site;
  const [first] = lists;
  // Without a tag that of authors is nobody's.
  const subs = subAddresses.filter((to) => to !== 'author');
  const addresses = lists.flatMap(({ address, name, domain }) => [
    address,
    `${name}-bounces${separator}probe@${domain}`,
  ]);
  return {
    relay,
    addresses,
    others: first ? subs.map((to) => `${first.name}-${to}@${first.domain}`) : [],
    nobody: first && `nobody-has-this-${first.name}@${first.domain}`,
    messageBytes: config.limits.messageBytes,
    separator,
    signal: AbortSignal.timeout(relayMs),
  };
}
