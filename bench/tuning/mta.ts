/** An MTA that is to be measured, and the world that it delivers to. */

/** One that runs: it takes mail on a port of 127.0.0.1 and hands it to the sinks. */
export type Mta = AsyncDisposable & {
  readonly port: number;
  /** Messages that lie in its queue. */
  waiting(): number;
};

/** Where each domain is. */
export type World = ReadonlyMap<string, { readonly host: string; readonly port: number }>;

/** Lines of its configuration: of the main part, and of the transport where that is apart. */
export type Settings = {
  readonly main?: Readonly<Record<string, string>>;
  readonly transport?: Readonly<Record<string, string>>;
};

const smallDomains = 250;
const large = 'big.example';
/** Where people of this site write to, while the mailing runs. */
export const elsewhere = 'elsewhere.example';

/** Half of the members are at one large provider, the others at many small ones. */
export function audience(members: number): readonly string[] {
  return Array.from({ length: members }, (_, n) =>
    n % 2 === 0 ? `m${n}@${large}` : `m${n}@d${((n - 1) / 2) % smallDomains}.example`,
  );
}

/** An address for each domain, so that an MTA tells the receivers apart. */
export function worldOf(membersPort: number, elsewherePort: number): World {
  const small = Array.from(
    { length: smallDomains },
    (_, n) => [`d${n}.example`, { host: `127.0.1.${n + 1}`, port: membersPort }] as const,
  );
  return new Map([
    [large, { host: '127.0.2.1', port: membersPort }],
    [elsewhere, { host: '127.0.3.1', port: elsewherePort }],
    ...small,
  ]);
}
