/** The life of a master: one for a site, from the lock to the last worker. */
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { controlSocket, pidFile, readPid } from '../engine/control.ts';
import { loadConfig, type SiteConfig, type SitePaths } from '../ground/config.ts';
import { supervisor, userId } from '../ground/environment.ts';
import { errorCode, exit, explain, UsageError } from '../ground/errors.ts';
import { holdLock, type Lock } from '../ground/lock.ts';
import { runnerNames } from '../model/runners.ts';
import { checkedSite } from '../model/site-check.ts';
import { openControl } from './control.ts';
import { type Call, MasterOffice, planOf } from './office.ts';
import { allSettled, obey } from './orders.ts';
import { isOff, type MasterPlan } from './suite.ts';
import { openNotifier } from './systemd.ts';

/** Whoever only looks whether there is a master holds its lock for a moment, too. */
const lockWaitMs = 1000;
/** How long the birth waits for workers. */
const birthMs = 60_000;

/** Runs the master until it is told to leave; gives the exit code. */
export async function runMaster(call: Call): Promise<number> {
  try {
    const site = checkedSite(loadConfig(call.root));
    const plan = planOf(site);
    const unknown = call.only.find((name) => !runnerNames.includes(name));
    if (unknown !== undefined) {
      throw new UsageError(`no runner ${unknown}; there are ${runnerNames.join(', ')}`);
    }
    checkOwner(site.paths);
    mkdirSync(site.paths.run, { recursive: true, mode: 0o770 });
    const lock = await lockSite(site.paths);
    try {
      return await lead(call, site, plan);
    } finally {
      lock.release();
    }
  } catch (error) {
    // What a person can put right is told in one line; anything else is our fault.
    const plain = error instanceof UsageError || errorCode(error) !== undefined;
    const known = error instanceof UsageError ? error.exitCode : exit.osErr;
    const code = plain ? known : exit.software;
    call.born({ ok: false, running: false, code, text: explainAll(error) });
    if (plain) return code;
    throw error;
  }
}

/** All lines of a complaint; of anything else, one. */
function explainAll(error: unknown): string {
  return error instanceof UsageError ? error.message : explain(error);
}

/** Files that root makes in a site of another user would stop that user's processes. */
function checkOwner({ var: folder }: SitePaths): void {
  const owner = statSync(folder, { throwIfNoEntry: false })?.uid;
  if (owner === undefined || owner === 0 || userId() !== 0) return;
  const text = `${folder} belongs to user ${owner}: start the suite as that user, not as root`;
  throw new UsageError(text, exit.noPerm);
}

/**
 * The lock is on the folder `var` itself, not on a file: whatever is tidied away in it, there is
 * no second master while this one lives, and no lock is left behind when it does not.
 */
async function lockSite(paths: SitePaths): Promise<Lock> {
  const folder = paths.var;
  try {
    const lock = await holdLock(folder, { waitMs: lockWaitMs });
    if (lock !== 'held') return lock;
  } catch (error) {
    throw new UsageError(`cannot lock ${folder}: ${explain(error)}`, exit.cantCreate, {
      cause: error,
    });
  }
  const pid = readPid(paths);
  const who = pid === undefined ? 'a master' : `a master (pid ${pid})`;
  throw new UsageError(`${who} is already running for ${folder}`, exit.failure);
}

/** A full disk keeps nobody from working: the number is for people. */
function notePid(office: MasterOffice, file: string): void {
  try {
    writeFileSync(file, `${process.pid}\n`, { mode: 0o644 });
  } catch (error) {
    office.log.warn({ event: 'master' }, `cannot write ${file}: ${explain(error)}`);
  }
}

/** The life of a master that holds the lock. */
async function lead(call: Call, site: SiteConfig, plan: MasterPlan): Promise<number> {
  const { paths } = site;
  const office = new MasterOffice(call, site, plan);
  const { master } = office;
  // A mount below must not be kept busy by where we happened to be started.
  process.chdir(paths.var);
  const mode = Number.parseInt(site.config.master.socketMode, 8);
  const control = await openControl(controlSocket(paths), mode, (request, remark) => {
    return obey(office, request, remark);
  });
  office.control = control;
  notePid(office, pidFile(paths));
  const notifier = openNotifier(supervisor(), (text) => office.log.warn({ event: 'master' }, text));
  office.notifier = notifier;
  const deaf = office.hearSignals();
  try {
    office.log.info({ event: 'master', pid: process.pid }, 'starts');
    master.dispatch({ kind: 'tick', deafMs: 0 });
    const settled = () => allSettled(master.suite, [], 0) || master.suite.stopping;
    const inTime = await master.until(settled, birthMs);
    office.announce(inTime);
    await master.until((suite) => suite.stopping && isOff(suite));
    office.log.info({ event: 'master', pid: process.pid }, 'ends');
    await notifier.close();
    return exit.ok;
  } finally {
    deaf();
    control.close();
    rmSync(pidFile(paths), { force: true });
  }
}
