/** Which relays take mail for a domain: one outlet for each set of relays that share some. */
import { type OnStrain, Outlet } from '../mta/outlet.ts';
import type { WeightedRelay } from '../mta/relays.ts';
import type { RelaySettings } from '../mta/types.ts';
import { matchesDomain } from './pace-limits.ts';

/** A relay, and the domains that it takes; none: all that no other relay names. */
export type RoutedRelay = WeightedRelay<RelaySettings> & { readonly domains: readonly string[] };

/** Where mail for a domain goes. */
export type Route = {
  readonly outlet: Outlet;
  readonly relays: readonly string[];
  /** Trouble with it is trouble with the world, not with some domains. */
  readonly isUsual: boolean;
};

/** The outlets of one worker. */
export class Outlets {
  readonly #relays: readonly RoutedRelay[];
  /** So many at once for each outlet. */
  readonly connections: number;
  readonly #now: () => number;
  readonly #onStrain: OnStrain;
  readonly #routes = new Map<string, Route>();
  /** Where all goes that no relay names. */
  readonly usual: Route;

  /** `now` must only go forward. */
  constructor(
    relays: readonly RoutedRelay[],
    connections: number,
    now: () => number,
    onStrain: OnStrain = () => undefined,
  ) {
    this.#relays = relays;
    this.connections = connections;
    this.#now = now;
    this.#onStrain = onStrain;
    const open = relays.filter(({ domains }) => domains.length === 0);
    this.usual = this.#route(open.length > 0 ? open : relays, true);
  }

  /** True where every domain goes the same way. */
  get isOne(): boolean {
    return this.#relays.every(({ domains }) => domains.length === 0);
  }

  /** The way to a domain, which is written in lower case. */
  of(domain: string): Route {
    const own = this.#relays.filter(({ domains }) =>
      domains.some((pattern) => matchesDomain(pattern, domain)),
    );
    return own.length === 0 ? this.usual : this.#route(own, false);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#routes.values()].map(({ outlet }) => outlet.close()));
  }

  #route(relays: readonly RoutedRelay[], isUsual: boolean): Route {
    const names = relays.map(({ relay }) => relay.name);
    const key = names.join(' ');
    const known = this.#routes.get(key);
    if (known) return known;
    const outlet = new Outlet(relays, this.connections, this.#now, this.#onStrain);
    const route = { outlet, relays: names, isUsual };
    this.#routes.set(key, route);
    return route;
  }
}
