/** Whether the paths of a configuration can be reached, by the user who asks. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { SiteConfig } from '../ground/config.ts';
import { errorCode, explain, unreachable } from '../ground/errors.ts';
import { keyFile } from './signing-keys.ts';

/** What the address of a Unix socket holds, bytes. */
const maxSocketPath = 107;

/** A path that is named by a key, and what is wanted of it. */
type Named = { readonly key: string; readonly path: string; readonly want: Want };
/** A folder that is there; one that is there or can be made; a file of which we read a line. */
type Want = 'folder' | 'future-folder' | 'file' | 'socket';

const wanted: Readonly<Record<Want, string>> = {
  folder: 'a folder that this user can write into; "listmill init" makes those of the site',
  'future-folder': 'a folder that this user can write into, or can make',
  file: 'a file that this user can read',
  socket: `a path of at most ${maxSocketPath} bytes, in a folder that this user can write into`,
};

/** Every path that does not do, with its key, what was found and what is wanted. */
export function pathFaults(site: SiteConfig): string[] {
  return [...pathsIn(site)].flatMap(({ key, path, want }) => {
    const found = trouble(path, want);
    if (found === undefined) return [];
    return [`${site.paths.configFile}: ${key}: ${path} ${found}; wanted: ${wanted[want]}`];
  });
}

function* pathsIn({ paths, config }: SiteConfig): Generator<Named> {
  yield { key: 'spool', path: paths.spool, want: 'folder' };
  yield { key: 'var', path: paths.var, want: 'folder' };
  if (paths.log !== 'stderr') yield { key: 'log.to', path: dirname(paths.log), want: 'folder' };
  for (const folder of config.maildir.folders) {
    yield { key: 'maildir.folders', path: resolve(paths.var, folder), want: 'folder' };
  }
  yield { key: 'backup.folder', path: paths.backup, want: 'future-folder' };
  for (const section of ['lmtp', 'policy'] as const) {
    for (const place of config[section].listen.filter((one) => one.startsWith('unix:'))) {
      const path = resolve(paths.var, place.slice('unix:'.length));
      yield { key: `${section}.listen`, path, want: 'socket' };
    }
  }
  for (const [at, { passwordFile }] of config.relay.entries()) {
    if (passwordFile === undefined) continue;
    yield {
      key: `relay.${at}.passwordFile`,
      path: resolve(paths.root, passwordFile),
      want: 'file',
    };
  }
  for (const [at, archiver] of config.archiver.entries()) {
    if (archiver.kind !== 'hyperkitty') continue;
    const path = resolve(paths.var, archiver.keyFile);
    yield { key: `archiver.${at}.keyFile`, path, want: 'file' };
  }
  for (const name of config.dkim.keys) {
    yield { key: 'dkim.keys', path: keyFile(paths, name), want: 'file' };
  }
}

/** What was found; undefined where it is as it should be. */
function trouble(path: string, want: Want): string | undefined {
  switch (want) {
    case 'folder':
      return folderTrouble(path);
    case 'future-folder':
      return futureTrouble(path);
    case 'socket': {
      const bytes = Buffer.byteLength(path);
      if (bytes > maxSocketPath) return `has ${bytes} bytes`;
      return futureTrouble(dirname(path));
    }
    case 'file':
      return look(path, (stats) => (stats.isFile() ? undefined : 'is no file'), constants.R_OK);
    default:
      return unreachable(want);
  }
}

function folderTrouble(path: string): string | undefined {
  const mode = constants.W_OK | constants.X_OK;
  return look(path, (stats) => (stats.isDirectory() ? undefined : 'is no folder'), mode);
}

/** Of a folder that is not there, the nearest above it that is there has to do. */
function futureTrouble(folder: string): string | undefined {
  let there = folder;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  const found = folderTrouble(there);
  return found === undefined ? undefined : `cannot be: ${there} ${found}`;
}

function look(
  path: string,
  fault: (stats: ReturnType<typeof statSync> & object) => string | undefined,
  mode: number,
): string | undefined {
  try {
    const found = fault(statSync(path));
    if (found === undefined) accessSync(path, mode);
    return found;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return 'is not there';
    if (code === 'EACCES' || code === 'EROFS') return 'is not for this user';
    return `cannot be reached (${code ?? explain(error)})`;
  }
}
