/** What can be proved of a posting that came in, for those who get it from us (ARC). */
import type { Config, SitePaths } from '../ground/config.ts';
import { authResults } from '../mail/auth-results.ts';
import { type Chain, type NewLink, nextLink, verifyArc } from '../mail/dkim/arc.ts';
import type { SigningKey } from '../mail/dkim/key.ts';
import { type AskKey, type Verified, verifyDkim } from '../mail/dkim/verify.ts';
import type { Message } from '../mail/message.ts';
import type { ListView } from '../model/list.ts';
import { type AskTxt, txtAsker } from '../mta/dmarc.ts';
import { keyLookup } from './dkim-lookup.ts';
import type { Drafted } from './drafting.ts';
import { keysFor, signingKeys } from './signing-keys.ts';

/** A link of the chain to be added. */
export type Authenticated = {
  readonly link: NewLink;
  /** The value of the field that says what was found. */
  readonly results: string;
  readonly chain: Chain;
};

/** Undefined where nothing is sealed: no key, or DNS does not say what must be known. */
export type Authenticate = (
  message: Message,
  list: ListView,
  now: number,
) => Promise<Authenticated | undefined>;

/** The key that seals for a domain: receivers know RSA. */
export function sealingKey(
  { dkim }: Pick<Config, 'dkim'>,
  keys: readonly SigningKey[],
  domain: string,
): SigningKey | undefined {
  if (!dkim.arc) return undefined;
  return keysFor(keys, domain).find(({ algorithm }) => algorithm === 'rsa');
}

/** Verifies what comes in for lists whose mail is sealed. */
export function authenticator(
  config: Config,
  paths: SitePaths,
  ask: AskTxt = txtAsker(config.dns.servers, config.dns.timeoutMs),
): Authenticate {
  const keys = signingKeys(config, paths);
  return async (message, list, now) => {
    if (!sealingKey(config, keys, list.domain)) return undefined;
    // Keys are looked up once a message.
    const keyOf: AskKey = keyLookup(ask, config.dns.timeoutMs * 2);
    const [chain, signatures] = await Promise.all([
      verifyArc(message, keyOf),
      verifyDkim(message, keyOf, now / 1000),
    ]);
    const link = nextLink(chain);
    if (!link) return undefined;
    const told = authResults(message.headers, config.rules.trustedHosts);
    const results = [
      `i=${link.instance}`,
      list.domain,
      `arc=${chain.state}${chain.why === undefined ? '' : ` (${plain(chain.why)})`}`,
      ...(signatures.length === 0 ? ['dkim=none'] : signatures.map(dkimText)),
      ...told
        .filter(({ method }) => method !== 'arc' && method !== 'dkim')
        .map(({ method, result }) => `${method}=${result}`),
    ];
    return { link, results: results.join('; '), chain };
  };
}

/** A draft with what was found, for the seal that it gets when it goes out. */
export function withResults(
  drafted: Drafted,
  found: Authenticated | undefined,
): { readonly drafted: Drafted; readonly arc: NewLink | undefined } {
  const { headers } = drafted.draft;
  // A message that was wrapped has lost its chain, and begins none of its own.
  const isWhole = found?.chain.length === headers.raw('arc-seal').length;
  if (!found || !isWhole) return { drafted, arc: undefined };
  const sealed = headers.prependRaw('ARC-Authentication-Results', found.results);
  return { drafted: { ...drafted, draft: { ...drafted.draft, headers: sealed } }, arc: found.link };
}

function dkimText({ result, why, domain, selector, start }: Verified): string {
  const reason = why === undefined ? '' : ` (${plain(why)})`;
  const of = [
    ['d', domain],
    ['s', selector],
    ['b', start],
  ].map(([name, value = '']) => (value === '' ? '' : ` header.${name}=${plain(value)}`));
  return `dkim=${result}${reason}${of.join('')}`;
}

/** What others wrote, so that it ends neither a comment nor a result. */
function plain(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9 =:,.+/_-]/g, '').slice(0, 200);
}
