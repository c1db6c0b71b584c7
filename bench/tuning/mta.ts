/** An MTA that is to be measured, and the world that it delivers to. */

/** One that runs: it takes mail on a port of 127.0.0.1 and hands it to the sink. */
export type Mta = AsyncDisposable & {
  readonly port: number;
  /** Messages that lie in its queue. */
  waiting(): number;
};

/** Lines of its configuration: of the main part, and of the transport where that is apart. */
export type Settings = {
  readonly main?: Readonly<Record<string, string>>;
  readonly transport?: Readonly<Record<string, string>>;
};

/** Each reply of a receiver takes so long. */
export const replyMs = 10;

const smallDomains = 250;
const large = 'big.example';

/** Half of the members are at one large provider, the others at many small ones. */
export function audience(members: number): readonly string[] {
  return Array.from({ length: members }, (_, n) =>
    n % 2 === 0 ? `m${n}@${large}` : `m${n}@d${((n - 1) / 2) % smallDomains}.example`,
  );
}

/** The address of each domain: one for each, so that an MTA tells the receivers apart. */
export function hosts(): ReadonlyMap<string, string> {
  const small = Array.from(
    { length: smallDomains },
    (_, n) => [`d${n}.example`, `127.0.1.${n + 1}`] as const,
  );
  return new Map([[large, '127.0.2.1'], ...small]);
}
