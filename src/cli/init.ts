/** `listmill init`: makes a site, or completes one. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { wallClock } from '../ground/clock.ts';
import { configFileOf, loadConfig, type SiteConfig } from '../ground/config.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { createSiteKey, siteKeyFile } from '../ground/secret.ts';
import { leaveLimits } from '../spool/door-limits.ts';
import { spoolFolders } from '../spool/layout.ts';
import { Spool } from '../spool/spool.ts';
import { openStore } from '../store/store.ts';
import type { Verb } from './command.ts';
import { writeLine } from './output.ts';
import { packageFolder } from './version.ts';

/** The suite and its group: the MTA's user puts mail in. */
const sharedMode = 0o770;
const keysMode = 0o700;

export const init: Verb = (program, io) => {
  program
    .command('init')
    .description('make a site: configuration, spool, database, keys')
    .argument('<dir>', 'a new or empty folder; a site that is there is completed')
    .action(async (dir: string) => {
      const root = resolve(io.cwd, dir);
      const made = await makeSite(root);
      for (const line of made) await writeLine(io, line);
      if (made.length === 0) await writeLine(io, `${root} is complete; nothing was changed.`);
      else await writeLine(io, nextSteps(dir, loadConfig(root).paths.configFile));
    });
};

function nextSteps(dir: string, file: string): string {
  return `
The site is in ${dir}. Next:
  1. look through ${file} (site.owner, relay)
  2. listmill --site ${dir} domain add lists.example.org
     listmill --site ${dir} list create cats@lists.example.org --owner you@example.org
     listmill --site ${dir} member import cats members.csv
  3. listmill --site ${dir} start`;
}

/** Makes what is missing of a site; says what that was. Twice is once. */
export async function makeSite(root: string): Promise<readonly string[]> {
  const made: string[] = [];
  const folder = (path: string, mode = sharedMode) => {
    if (existsSync(path)) return false;
    mkdirSync(path, { recursive: true });
    // Not left to the umask: whoever delivers by pipe is of our group, and only that.
    chmodSync(path, mode);
    return true;
  };
  makeConfiguration(root, folder, made);
  const loaded = loadConfig(root);
  const { paths } = loaded;
  await makeSpool(loaded, folder, made);
  folder(paths.var);
  for (const path of [paths.run, paths.archive, paths.backup]) folder(path);
  if (paths.log !== 'stderr') folder(dirname(paths.log));
  folder(paths.keys, keysMode);
  if (!existsSync(siteKeyFile(paths.keys))) {
    createSiteKey(paths.keys);
    made.push(`made the site key ${siteKeyFile(paths.keys)}: back it up with the database`);
  }
  const isNew = !existsSync(paths.database) || statSync(paths.database).size === 0;
  const store = await openStore(paths.database, { create: true, now: wallClock.now });
  store.close();
  if (isNew) made.push(`made the database ${paths.database}`);
  return made;
}

type MakeFolder = (path: string, mode?: number) => boolean;

function makeConfiguration(root: string, folder: MakeFolder, made: string[]): void {
  const file = configFileOf(root);
  if (existsSync(file) || existsSync(join(root, 'listmill.toml'))) return;
  const there = existsSync(root) ? readdirSync(root) : [];
  if (there.length > 0) {
    throw new UsageError(
      `${root} is not empty and no site (${there.slice(0, 3).join(', ')} ...); ` +
        'give the name of a new folder',
      exit.cantCreate,
    );
  }
  folder(root);
  folder(dirname(file));
  copyFileSync(join(packageFolder(), 'config', 'listmill.toml'), file);
  chmodSync(file, 0o640);
  // The site's own templates; those that come with Listmill stay where they are and up to date.
  folder(join(dirname(file), 'templates', 'site'));
  made.push(`made the configuration ${file}`);
}

async function makeSpool(
  { paths, config }: SiteConfig,
  folder: MakeFolder,
  made: string[],
): Promise<void> {
  const isNew = folder(paths.spool);
  const missing = spoolFolders(paths.spool).filter((path) => !existsSync(path));
  const spool = new Spool(paths.spool);
  spool.ensure();
  await leaveLimits(spool, config.limits);
  for (const path of missing) {
    // Each folder on the way down too: `ensure` made them under this user's umask.
    for (let at = path; at !== paths.spool; at = dirname(at)) chmodSync(at, sharedMode);
  }
  if (isNew) made.push(`made the spool ${paths.spool}`);
}
