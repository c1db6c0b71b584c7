/** What can be proved of a posting that came in, for those who get it from us (RFC 8601, ARC). */
import type { Config, SitePaths } from '../ground/config.ts';
import { authHost, authResults } from '../mail/auth-results.ts';
import { type Chain, type NewLink, nextLink, verifyArc } from '../mail/dkim/arc.ts';
import type { SigningKey } from '../mail/dkim/key.ts';
import { type AskKey, type Verified, verifyDkim } from '../mail/dkim/verify.ts';
import type { Message } from '../mail/message.ts';
import { wrapping } from '../mail/wrap.ts';
import type { Change } from '../model/change.ts';
import type { EntryId, ListId } from '../model/ids.ts';
import type { ListView } from '../model/list.ts';
import { type AskTxt, txtAsker } from '../mta/dmarc.ts';
import { keyLookup } from './dkim-lookup.ts';
import type { Drafted } from './drafting.ts';
import { keysFor, signingKeys } from './signing-keys.ts';

/** What was found. */
export type Authenticated = {
  /** `dkim=pass header.d=...`, ... */
  readonly results: readonly string[];
  /** Where it is sealed: the chain that it came with, and the link to be added. */
  readonly sealed: { readonly link: NewLink; readonly chain: Chain } | undefined;
};

/**
 * Signatures are verified where the posting is sealed: else DNS is asked for nothing, and what
 * trusted hosts say is all there is. Undefined where nothing is known.
 */
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
    const told = authResults(message.headers, config.rules.trustedHosts).map(
      ({ method, result }) => ({ method, text: `${method}=${result}` }),
    );
    const asTold = told.length > 0 ? { results: texts(told), sealed: undefined } : undefined;
    if (!sealingKey(config, keys, list.domain)) return asTold;
    // Keys are looked up once a message.
    const keyOf: AskKey = keyLookup(ask, config.dns.timeoutMs * 2);
    const [chain, signatures] = await Promise.all([
      verifyArc(message, keyOf),
      verifyDkim(message, keyOf, now / 1000),
    ]);
    const link = nextLink(chain);
    if (!link) return asTold;
    const results = [
      `arc=${chain.state}${chain.why === undefined ? '' : ` (${plain(chain.why)})`}`,
      ...(signatures.length === 0 ? ['dkim=none'] : signatures.map(dkimText)),
      ...texts(told.filter(({ method }) => method !== 'arc' && method !== 'dkim')),
    ];
    return { results, sealed: { link, chain } };
  };
}

const field = 'Authentication-Results';

/**
 * A draft with what was found, under the name of the list's domain: nobody else may say anything
 * under that name. What it is sealed with when it goes out says the same.
 */
export function withResults(
  drafted: Drafted,
  { domain }: Pick<ListView, 'domain'>,
  found: Authenticated | undefined,
): { readonly drafted: Drafted; readonly arc: NewLink | undefined } {
  const own = domain.toLowerCase();
  let headers = drafted.draft.headers.without(field, (value) => authHost(value) === own);
  // What was wrapped was not what was looked at; and it has lost its chain, and begins none.
  const isWrapped = drafted.draft.transforms.some(({ name }) => name === wrapping);
  const told = isWrapped ? undefined : found;
  if (told) headers = headers.prependRaw(field, [own, ...told.results].join('; '));
  const { link, chain } = told?.sealed ?? {};
  const arc = chain?.length === headers.raw('arc-seal').length ? link : undefined;
  if (told && arc) {
    const results = [`i=${arc.instance}`, own, ...told.results].join('; ');
    headers = headers.prependRaw(`ARC-${field}`, results);
  }
  return { drafted: { ...drafted, draft: { ...drafted.draft, headers } }, arc };
}

/** What the books are told, so that a trace can show it. */
export function resultsChange(
  list: ListId,
  posting: EntryId,
  found: Authenticated | undefined,
): Change[] {
  if (!found) return [];
  return [{ kind: 'authenticated', list, posting, results: found.results.join('; ') }];
}

function texts(told: readonly { readonly text: string }[]): string[] {
  return told.map(({ text }) => text);
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
