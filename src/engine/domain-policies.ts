/** DMARC policies with a cache that all processes share. */
import type { Config } from '../ground/config.ts';
import type { DmarcFinding } from '../model/posting.ts';
import { type AskTxt, findPolicy, txtAsker } from '../mta/dmarc.ts';
import type { Store } from '../store/store.ts';

/** How often a name server may be asked anew before we give up, in time-outs of one question. */
const patience = 3;

export type DomainPolicies = (domain: string, now: number) => Promise<DmarcFinding>;

/** Asks the store first, then DNS; what is asked for twice at once is asked once. */
export function domainPolicies(
  { dns }: Pick<Config, 'dns'>,
  books: Pick<Store['rules'], 'knownFinding' | 'keepFinding'>,
  ask: AskTxt = txtAsker(dns.servers, dns.timeoutMs),
): DomainPolicies {
  const running = new Map<string, Promise<DmarcFinding>>();
  const find = async (domain: string, now: number): Promise<DmarcFinding> => {
    const known = await books.knownFinding(domain, now);
    if (known) return known;
    const found = await findPolicy(ask, domain, dns.timeoutMs * patience);
    // Trouble is kept for a short time only, but it is kept: a dead name server must not make
    // every posting wait.
    const keepMs = found.kind === 'trouble' ? dns.troubleCacheMs : dns.cacheMs;
    await books.keepFinding(domain, found, now + keepMs);
    return found;
  };
  return (domain, now) => {
    const name = domain.toLowerCase();
    const known = running.get(name);
    if (known !== undefined) return known;
    const asked = find(name, now).finally(() => running.delete(name));
    running.set(name, asked);
    return asked;
  };
}
