/** The sections of `listmill.toml` about rules, DNS, signatures, and the policy service. */
import { isIP } from 'node:net';
import * as z from 'zod/mini';

const ms = z.int().check(z.minimum(1), z.maximum(2_147_483_647));
const word = z.string().check(z.minLength(1), z.maxLength(1000));

/** Where a service listens. */
export const placeSchema = z
  .string()
  .check(z.refine(isPlace, 'HOST:PORT with a port of at most 65535, or unix:PATH'));

function isPlace(text: string): boolean {
  if (text.startsWith('unix:')) return text.length > 'unix:'.length && text.length < 1000;
  const [, port] = /^\S{1,253}:(\d{1,5})$/.exec(text) ?? [];
  return port !== undefined && Number(port) <= 65_535;
}

/** `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`, `mail.example.org` or `.example.org`. */
function isClient(text: string): boolean {
  const [net = '', bits, ...more] = text.split('/');
  const version = isIP(net);
  if (version === 0) return /^\.?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i.test(text) && /[a-z]/i.test(text);
  if (bits === undefined) return true;
  return more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 6 ? 128 : 32);
}

const client = word.check(
  z.refine(isClient, 'an address, a network (192.0.2.0/24), a host or .domain'),
);

/** `[policy]` */
export const policySchema = z._default(
  z.strictObject({
    /** `host:port`, or `unix:PATH` (relative to `var`). Empty: no policy service. */
    listen: z._default(z.array(placeSchema), []),
    /** Whether an address of our domains that is no list's is refused. */
    rejectUnknown: z._default(z.boolean(), true),
    /** Who may write to no list: addresses, networks, host names, and `.domain` for all in it. */
    bannedClients: z._default(z.array(client), []),
    /** Recipients that one client may ask for within `clientMinutes`; 0: any number. */
    clientRate: z._default(z.int().check(z.nonnegative()), 0),
    clientMinutes: z._default(z.int().check(z.minimum(1), z.maximum(10_000)), 60),
    maxClients: z._default(z.int().check(z.minimum(1)), 200),
    idleMs: z._default(ms, 1_000_000),
  }),
  {
    ...{ listen: [], rejectUnknown: true, bannedClients: [], clientRate: 0, clientMinutes: 60 },
    ...{ maxClients: 200, idleMs: 1_000_000 },
  },
);

/** `[rules]` */
export const rulesSchema = z._default(
  z.strictObject({
    /** What hits mean on all lists: `max-size=reject`. */
    actions: z._default(z.array(word), []),
    /** Rules in another order among themselves. */
    order: z._default(z.array(word), []),
    /** Looked for before what lists look for: `FIELD: PATTERN => ACTION`. */
    headerMatches: z._default(z.array(word), []),
    /** Names in Authentication-Results that are believed. */
    trustedHosts: z._default(z.array(word), []),
  }),
  { actions: [], order: [], headerMatches: [], trustedHosts: [] },
);

const keyName = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\._domainkey\.[a-z0-9][a-z0-9.-]*$/;

/** `[dkim]` */
export const dkimSchema = z._default(
  z.strictObject({
    /** The keys that sign, by the names under which DNS has their other halves. */
    keys: z._default(
      z.array(z.string().check(z.regex(keyName, 'SELECTOR._domainkey.DOMAIN, in lower case'))),
      [],
    ),
    /** Whether postings are sealed (ARC) where the list's domain has an RSA key. */
    arc: z._default(z.boolean(), true),
  }),
  { keys: [], arc: true },
);

/** `[dns]` */
export const dnsSchema = z._default(
  z.strictObject({
    /** `host` or `host:port`; empty: those of the system. */
    servers: z._default(z.array(word), []),
    timeoutMs: z._default(ms, 3000),
    cacheMs: z._default(ms, 3_600_000),
    /** How long a name server that does not answer is left alone. */
    troubleCacheMs: z._default(ms, 60_000),
  }),
  { servers: [], timeoutMs: 3000, cacheMs: 3_600_000, troubleCacheMs: 60_000 },
);
