/** A throw-away site for tests, the demo and the bench. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  await makeDatabase(paths.database);
  return {
    root: folder,
    open: () => openSite(folder),
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The file of an empty database: to make it is most of the cost of a site. */
let empty: Buffer | undefined;

async function makeDatabase(path: string): Promise<void> {
  if (empty !== undefined) return writeFileSync(path, empty, { mode: 0o660 });
  const store = await openStore(path, { create: true, now: Date.now });
  await store.close();
  empty = readFileSync(path);
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
    // One author may write all of what a test or the bench sends.
    Object.entries({ senderRate: 0, ...settings }).map(([key, value]) => ({
      name: key,
      value,
    })) as never,
  );
  const store = await opened.store();
  const stage = await store.stage(id, 'test');
  const chunk = 1000;
  const count = typeof members === 'number' ? members : members.length;
  for (let at = 0; at < count; at += chunk) {
    const size = Math.min(chunk, count - at);
    stage.add(
      Array.from({ length: size }, (_, n) => {
        const text = typeof members === 'number' ? numbered(at + n) : (members[at + n] ?? '');
        const address = parseAddress(text);
        if (!address) throw new Error(`no address: ${text}`);
        return { line: at + n + 1, address, role: 'member', wish: {} } as const;
      }),
    );
  }
  await stage.import(false);
  stage.close();
  await opened.close();
  return id;
}

function numbered(n: number): string {
  return `m${n + 1}@d${n % 500}.example`;
}
