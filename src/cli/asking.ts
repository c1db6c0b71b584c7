/** How verbs speak to the master of the selected site. */
import { type Asked, askMaster, type Request, readPid } from '../engine/control.ts';
import { findSite, loadConfig, type SitePaths } from '../ground/config.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { isHeld } from '../ground/lock.ts';
import type { Io } from './command.ts';
import { writeLine } from './output.ts';

/** Where the selected site keeps what. */
export function pathsOf(io: Io): SitePaths {
  return loadConfig(findSite(io.siteOption, io.cwd)).paths;
}

/** Asks the master; a master that is there but deaf is told apart from none. */
export async function ask(io: Io, paths: SitePaths, request: Request): Promise<Asked> {
  const asked = await askMaster(paths, request, (text) => io.stderr.write(`${text}\n`));
  if (asked !== 'down' || !(await isHeld(paths.var).catch(() => false))) return asked;
  const pid = readPid(paths);
  throw new UsageError(
    `a master runs${pid === undefined ? '' : ` (pid ${pid})`} but does not listen; ` +
      'it is starting or ending, or must be ended by hand (kill, then kill -9)',
    exit.unavailable,
  );
}

/** Says what the master replied. */
export async function tell(io: Io, asked: Exclude<Asked, 'down'>): Promise<void> {
  if (asked === 'gone') throw new UsageError('the master ended meanwhile', exit.unavailable);
  if (!asked.ok) throw new UsageError(asked.text, exit.failure);
  await writeLine(io, asked.text);
}
