/** How many members a list has at each provider: read once an hour at most, for the storm guard. */

import type { Failure } from '../model/failure.ts';
import type { ListId } from '../model/ids.ts';

type Sizes = { readonly audience: number; readonly members: ReadonlyMap<string, number> };

/** Reads the whole roster. */
export type ReadProviders = (list: ListId) => Promise<Sizes>;

const freshMs = 3_600_000;
/** Lists whose figures are kept. */
const maxLists = 100;

/** How many members of a list share a provider, asked once in a while. */
export class Peers {
  readonly #read: ReadProviders;
  readonly #known = new Map<ListId, { readonly at: number; readonly sizes: Promise<Sizes> }>();

  constructor(read: ReadProviders) {
    this.#read = read;
  }

  /** The members of a list, and those at the domain of an address. */
  async of(
    list: ListId,
    address: string,
    now: number,
  ): Promise<Pick<Failure, 'audience' | 'peers'>> {
    const { audience, members } = await this.#sizes(list, now);
    const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
    return { audience, peers: members.get(domain) ?? 1 };
  }

  #sizes(list: ListId, now: number): Promise<Sizes> {
    const known = this.#known.get(list);
    if (known && Math.abs(now - known.at) < freshMs) return known.sizes;
    const sizes = this.#read(list);
    this.#known.delete(list);
    this.#known.set(list, { at: now, sizes });
    // What could not be read is asked again.
    sizes.catch(() => this.#known.delete(list));
    const [oldest] = this.#known.keys();
    if (this.#known.size > maxLists && oldest !== undefined) this.#known.delete(oldest);
    return sizes;
  }
}
