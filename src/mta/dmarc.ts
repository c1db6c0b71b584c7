/**
 * Finds out what the domain of an author wants done with mail that does not prove to be its
 * (RFC 7489 6.6.3). Trouble is an answer too: whoever asks must protect himself then.
 */
import { Resolver } from 'node:dns/promises';
import { errorCode, explain } from '../ground/errors.ts';
import { organisationalDomain } from '../mail/organisation.ts';
import type { DmarcFinding, DmarcPolicy } from '../model/posting.ts';

/** The TXT records of a name, each whole. Rejects as node:dns does. */
export type AskTxt = (name: string, signal: AbortSignal) => Promise<readonly string[]>;

/** Names that are not there, as opposed to name servers that do not answer. */
const absent = new Set(['ENOTFOUND', 'ENODATA']);
/** A record that is longer is no record of ours. */
const maxRecord = 4096;

/** Asks these servers (`host:port`), or those of the system where there are none. */
export function txtAsker(servers: readonly string[], timeoutMs: number): AskTxt {
  return async (name, signal) => {
    // One for each question: to give up is to cancel all that a resolver asks.
    const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
    if (servers.length > 0) resolver.setServers(servers);
    signal.addEventListener('abort', () => resolver.cancel(), { once: true });
    const records = await resolver.resolveTxt(name);
    return records.map((pieces) => pieces.join(''));
  };
}

/** The policy for mail of `domain` (A-labels). Never rejects; gives up after `limitMs`. */
export async function findPolicy(
  ask: AskTxt,
  domain: string,
  limitMs: number,
): Promise<DmarcFinding> {
  const end = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<DmarcFinding>((resolve) => {
    const why = `no name server answered within ${limitMs} ms`;
    timer = setTimeout(() => resolve({ kind: 'trouble', why }), limitMs);
  });
  try {
    return await Promise.race([search((name) => ask(name, end.signal), domain), late]);
  } finally {
    clearTimeout(timer);
    end.abort();
  }
}

type Ask = (name: string) => Promise<readonly string[]>;

async function search(ask: Ask, domain: string): Promise<DmarcFinding> {
  try {
    const own = policyIn(await records(ask, domain), domain, 'p');
    if (own) return own;
    const organisation = organisationalDomain(domain);
    if (organisation === undefined || organisation === domain) return { kind: 'none' };
    const found = await records(ask, organisation);
    return policyIn(found, organisation, 'sp') ?? { kind: 'none' };
  } catch (error) {
    return { kind: 'trouble', why: explain(error) };
  }
}

async function records(ask: Ask, domain: string): Promise<readonly string[]> {
  try {
    const found = await ask(`_dmarc.${domain}`);
    return found.filter((text) => text.length <= maxRecord && /^v=DMARC1\s*(?:;|$)/.test(text));
  } catch (error) {
    if (absent.has(errorCode(error) ?? '')) return [];
    throw error;
  }
}

/** Several records are none (RFC 7489 6.6.3); `sp` is for names below the one that has it. */
function policyIn(
  found: readonly string[],
  domain: string,
  wanted: 'p' | 'sp',
): DmarcFinding | undefined {
  const [only, ...more] = found;
  if (only === undefined) return undefined;
  if (more.length > 0) return { kind: 'none' };
  const tags = tagsOf(only);
  const policy = policyOf((wanted === 'sp' ? tags.get('sp') : undefined) ?? tags.get('p'));
  return policy === undefined ? { kind: 'none' } : { kind: 'policy', policy, domain };
}

function tagsOf(record: string): ReadonlyMap<string, string> {
  return new Map(
    record.split(';').flatMap((text) => {
      const [, name, value] = /^\s*([a-z]+)\s*=\s*(.*?)\s*$/i.exec(text) ?? [];
      return name === undefined || value === undefined
        ? []
        : [[name.toLowerCase(), value] as const];
    }),
  );
}

function policyOf(text: string | undefined): DmarcPolicy | undefined {
  switch (text?.toLowerCase()) {
    case 'none':
      return 'none';
    case 'quarantine':
      return 'quarantine';
    case 'reject':
      return 'reject';
    default:
      return undefined;
  }
}
