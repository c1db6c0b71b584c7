/** What the policy service knows of the clients of the MTA: who is banned, and who asks too much. */
import { BlockList, isIP } from 'node:net';
import type { Config } from '../ground/config-schema.ts';

/** Clients that are remembered at a time; whoever was not heard of for longest is forgotten. */
const maxClients = 20_000;

type Settings = Pick<Config['policy'], 'bannedClients' | 'clientRate' | 'clientMinutes'>;

/** As Postfix tells of it: `unknown` for a name that does not lead back to the address. */
export type Client = { readonly address: string; readonly name: string };

/** Clients of one policy service. */
export class Clients {
  readonly #settings: Settings;
  readonly #nets = new BlockList();
  readonly #names = new Set<string>();
  readonly #counts = new Map<string, { count: number; readonly since: number }>();

  constructor(settings: Settings) {
    this.#settings = settings;
    for (const entry of settings.bannedClients) {
      const [net = '', bits] = entry.split('/');
      const family = isIP(net) === 6 ? 'ipv6' : 'ipv4';
      if (isIP(net) === 0) this.#names.add(entry.toLowerCase());
      else if (bits === undefined) this.#nets.addAddress(net, family);
      else this.#nets.addSubnet(net, Number(bits), family);
    }
  }

  /** By its address, its name, or the end of that. */
  isBanned({ address, name }: Client): boolean {
    const version = isIP(address);
    if (version !== 0 && this.#nets.check(address, version === 6 ? 'ipv6' : 'ipv4')) return true;
    const text = name.toLowerCase().replace(/\.$/, '');
    if (this.#names.has(text)) return true;
    for (let dot = text.indexOf('.'); dot >= 0; dot = text.indexOf('.', dot + 1)) {
      if (this.#names.has(text.slice(dot))) return true;
    }
    return false;
  }

  /** Counts a recipient that a client wants to write to; why that is too many, if it is. */
  tooMany({ address }: Client, now: number): string | undefined {
    const { clientRate, clientMinutes } = this.#settings;
    if (clientRate === 0 || isIP(address) === 0) return undefined;
    const known = this.#counts.get(address);
    this.#counts.delete(address);
    const isOver = !known || now - known.since >= clientMinutes * 60_000;
    const seen = isOver ? { count: 0, since: now } : known;
    seen.count += 1;
    this.#counts.set(address, seen);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > maxClients && oldest !== undefined) this.#counts.delete(oldest);
    return seen.count > clientRate
      ? `${address} asks for more than ${clientRate} recipients within ${clientMinutes} minutes.`
      : undefined;
  }
}
