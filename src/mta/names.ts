/** What DNS says of names and addresses, for those who look whether mail will be believed. */
import { Resolver } from 'node:dns/promises';
import { errorCode } from '../ground/errors.ts';

/** Each rejects only where no name server answers; a name that is not there has nothing. */
export type Names = {
  txt(name: string): Promise<readonly string[]>;
  /** IPv4 and IPv6. */
  addresses(name: string): Promise<readonly string[]>;
  /** The hosts of the MX records, the best first. */
  mx(name: string): Promise<readonly string[]>;
  /** The names of an address. */
  ptr(address: string): Promise<readonly string[]>;
};

/** Asks these servers (`host:port`), or those of the system where there are none. */
export function namesOf(servers: readonly string[], timeoutMs: number): Names {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  return {
    txt: async (name) => (await some(resolver.resolveTxt(name))).map((pieces) => pieces.join('')),
    addresses: async (name) => [
      ...(await some(resolver.resolve4(name))),
      ...(await some(resolver.resolve6(name))),
    ],
    mx: async (name) => {
      const found = await some(resolver.resolveMx(name));
      return found.sort((a, b) => a.priority - b.priority).map(({ exchange }) => exchange);
    },
    ptr: async (address) => await some(resolver.reverse(address)),
  };
}

async function some<T>(asked: Promise<T[]>): Promise<T[]> {
  try {
    return await asked;
  } catch (error) {
    if (['ENOTFOUND', 'ENODATA'].includes(errorCode(error) ?? '')) return [];
    throw error;
  }
}
