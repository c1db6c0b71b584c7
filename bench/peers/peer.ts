/** What a list manager must do to be measured beside the others. */

/** A list and how many are on it: `m1@d0.example` and so on. */
export type Roster = { readonly list: string; readonly members: number };

/** What is made ready for a peer, and what it is asked for. */
export type Place = {
  /** Its own, empty, gone afterwards. */
  readonly folder: string;
  /** Where it hands its mail over. */
  readonly port: number;
  readonly rosters: readonly Roster[];
  /** A return path, and so a message, for each recipient. */
  readonly isEach: boolean;
  /** At most so many recipients in one transaction, where they share one; by default its own. */
  readonly transaction?: number;
};

/** A list manager that runs. */
export type Running = AsyncDisposable & {
  /** Hands it one posting, in its own way. */
  post(list: string, message: Buffer): Promise<void>;
};

export type Peer = {
  readonly name: string;
  /** Without these programs it is not there. */
  readonly programs: readonly string[];
  /** The packages of Debian that have them. */
  readonly packages: string;
  start(place: Place): Promise<Running>;
};

export const domain = 'lists.example';

/** The author of all postings: on each list, and its owner. */
export const author = 'm1@d0.example';

/** The same members for all of them. */
export function* membersOf({ members }: Roster): Generator<string> {
  for (let n = 0; n < members; n += 1) yield `m${n + 1}@d${n % 500}.example`;
}
