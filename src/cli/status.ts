/** `listmill status`: workers and queues, for people, for programs, and as an exit code. */
import type { Status, WorkerStatus } from '../engine/control.ts';
import type { SitePaths } from '../ground/config.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { ageText, bytesText } from '../model/amounts.ts';
import { spoolPaths } from '../spool/layout.ts';
import { jsonOption } from './arguments.ts';
import { ask, pathsOf } from './asking.ts';
import type { Io, Verb } from './command.ts';
import { type Column, type Format, list, writeLine } from './output.ts';
import { type PaceStatus, paceColumns, pacesOf } from './paces.ts';
import { type Parked, parkedIn, type QueueStatus, queuesOf } from './queues.ts';

/** Running and well; running, but something is wrong; not running (as LSB has it). */
export const statusExit = { well: 0, trouble: exit.failure, down: 3 } as const;

/** `listmill status`. */
export const status: Verb = (program, io) => {
  program
    .command('status')
    .description('what each worker does, and what lies in the queues')
    .addOption(jsonOption())
    .option('-q, --quiet', 'print nothing: only the exit code')
    .addHelpText(
      'after',
      `
Exit codes:
   0  running, and all is well
   1  running, but something is wrong: a worker crashes and is retried (backoff, parked),
      gives no sign of life, or waits for the world (an MTA that is down, a full disk)
   3  not running
  69  a master is there, but does not answer`,
    )
    .action(async ({ json, quiet }: Format & { quiet?: boolean }) => {
      const site = await look(io, pathsOf(io));
      if (json) await writeLine(io, JSON.stringify(site, undefined, 2));
      else if (!quiet) await print(io, site);
      io.exit(exitOf(site));
    });
};

export type SiteStatus = {
  readonly running: boolean;
  readonly well: boolean;
  readonly master?: Omit<Status, 'workers'>;
  readonly workers: readonly WorkerStatus[];
  readonly queues: readonly QueueStatus[];
  readonly parked: Parked;
  /** Mail that is held back: servers that asked for less, limits, relays that are slow or down. */
  readonly paces: readonly PaceStatus[];
};

/** Asks the master, and looks into the spool. */
export async function look(io: Io, paths: SitePaths): Promise<SiteStatus> {
  const asked = await ask(io, paths, { verb: 'status' });
  const spool = spoolPaths(paths.spool);
  const now = io.now();
  const paces = await pacesOf(paths, now);
  const stored = { queues: queuesOf(spool, now), parked: parkedIn(spool), paces };
  if (asked === 'down' || asked === 'gone') {
    return { running: false, well: false, workers: [], ...stored };
  }
  if (!asked.status) throw new UsageError(asked.text, exit.unavailable);
  const { workers, ...master } = asked.status;
  const well = !workers.some(({ trouble }) => trouble);
  return { running: true, well, master, workers, ...stored };
}

function exitOf({ running, well }: SiteStatus): number {
  if (!running) return statusExit.down;
  return well ? statusExit.well : statusExit.trouble;
}

/** The page that `status` and `top` show. */
export async function print(io: Io, site: SiteStatus): Promise<void> {
  await writeLine(io, headline(site));
  if (site.workers.length > 0) {
    await writeLine(io);
    await list(io, {}, site.workers, workerColumns);
  }
  await writeLine(io);
  await list(io, {}, site.queues, queueColumns);
  if (site.paces.length > 0) {
    await writeLine(io);
    await list(io, {}, site.paces, paceColumns);
  }
  const { held, shunt, bad } = site.parked;
  await writeLine(io);
  await writeLine(io, `Parked: ${held} held for moderators, ${shunt} shunted, ${bad} bad.`);
}

function headline({ master, well }: SiteStatus): string {
  if (!master) return 'The suite is not running.';
  const { pid, uptimeMs, memory, stopping, reloading, stopped, paused } = master;
  const parts = [
    `The suite runs for ${ageText(uptimeMs)} (master ${pid}, ${bytesText(memory)})`,
    ...(stopping ? ['stopping'] : []),
    ...(reloading ? ['taking on a new configuration'] : []),
    ...(stopped.length > 0 ? [`stopped by hand: ${stopped.join(', ')}`] : []),
    ...(paused.length > 0 ? [`paused by hand: ${paused.join(', ')}`] : []),
    ...(well ? [] : ['something is WRONG']),
  ];
  return `${parts.join('; ')}.`;
}

const workerColumns: readonly Column<WorkerStatus>[] = [
  { title: 'WORKER', of: ({ name }) => name },
  { title: 'STATE', of: ({ state, trouble }) => (trouble ? `${state}!` : state) },
  { title: 'PID', of: ({ pid }) => pid, align: 'right' },
  { title: 'UP', of: ({ uptimeMs }) => age(uptimeMs), align: 'right' },
  { title: 'MEMORY', of: ({ memory }) => memory && bytesText(memory), align: 'right' },
  { title: 'CPU', of: ({ cpuPercent }) => percent(cpuPercent), align: 'right' },
  { title: 'DONE', of: ({ done }) => done, align: 'right' },
  { title: '/MIN', of: ({ perMinute }) => round(perMinute), align: 'right' },
  { title: 'NOW', of: now },
];

const queueColumns: readonly Column<QueueStatus>[] = [
  { title: 'QUEUE', of: ({ queue }) => queue },
  { title: 'WAITING', of: ({ waiting }) => waiting, align: 'right' },
  { title: 'LATER', of: ({ later }) => later, align: 'right' },
  { title: 'CLAIMED', of: ({ claimed }) => claimed, align: 'right' },
  { title: 'OLDEST', of: ({ oldestMs }) => age(oldestMs ?? undefined), align: 'right' },
];

/** What it works on, or why it does not. */
function now({ current, why, nextTryMs, lastExit }: WorkerStatus): string {
  if (why !== undefined) {
    return nextTryMs === undefined ? why : `${why}; next try in ${ageText(nextTryMs)}`;
  }
  if (current) {
    const forList = current.list === undefined ? '' : ` for ${current.list}`;
    return `${current.id}${forList}, since ${ageText(current.forMs)}`;
  }
  return lastExit === undefined ? '' : `(the one before: ${lastExit})`;
}

function age(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : ageText(ms);
}

function percent(share: number | undefined): string | undefined {
  return share === undefined ? undefined : `${share.toFixed(1)} %`;
}

function round(count: number): string {
  return count > 0 && count < 10 ? count.toFixed(1) : String(Math.round(count));
}
