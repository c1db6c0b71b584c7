/** A throw-away site for tests, the demo and the bench. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openSite, type Site } from '../src/engine/site.ts';
import { loadConfig } from '../src/ground/config.ts';
import { createSiteKey } from '../src/ground/secret.ts';
import { parseAddress } from '../src/mail/address.ts';
import type { ListId } from '../src/model/ids.ts';
import { Spool } from '../src/spool/spool.ts';
import { openStore } from '../src/store/store.ts';

export type TestSite = AsyncDisposable & { readonly root: string; open(): Site };

/** Makes a site in a new temporary folder; `toml` is its configuration. */
export async function makeSite(toml = '', root?: string): Promise<TestSite> {
  const folder = root ?? mkdtempSync(join(tmpdir(), 'listmill-'));
  const file = join(folder, 'config', 'listmill.toml');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, toml);
  const { paths } = loadConfig(folder);
  for (const path of [paths.spool, paths.var, paths.run, paths.keys]) {
    mkdirSync(path, { recursive: true, mode: 0o770 });
  }
  createSiteKey(paths.keys);
  new Spool(paths.spool).ensure();
  const store = await openStore(paths.database, { create: true, now: Date.now });
  await store.close();
  return {
    root: folder,
    open: () => openSite(folder),
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Makes a list with members `m1@d1.example` and so on, in `domains` domains. */
export async function makeList(
  site: TestSite,
  address: string,
  members: number | readonly string[],
  settings: Readonly<Record<string, unknown>> = {},
): Promise<ListId> {
  const [name = '', domain = ''] = address.split('@');
  const opened = site.open();
  const admin = (await opened.store()).as('test');
  await admin.addDomain(domain);
  const id = await admin.createList({ name, domain });
  await admin.changeSettings(
    id,
    Object.entries(settings).map(([key, value]) => ({ name: key, value })) as never,
  );
  const who = typeof members === 'number' ? numbered(members) : members;
  for (const one of who) {
    const parsed = parseAddress(one);
    if (!parsed) throw new Error(`no address: ${one}`);
    await admin.addMember(id, 'member', parsed);
  }
  await opened.close();
  return id;
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `m${n + 1}@d${n % 50}.example`);
}
