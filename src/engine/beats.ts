/** What a worker process tells its master of itself: that it lives, and when it has grown. */
import { runnerConfig } from '../ground/config.ts';
import { memoryAtRest } from '../ground/memory.ts';
import type { Beat } from './ipc.ts';
import type { Site } from './site.ts';

export type Beats = { now(): void; soon(): void; stop(): void };

const beatGapMs = 200;
/** While it works its memory is looked at more often than a sign of life is due. */
const memoryCheckMs = 2000;

/** Signs of life: each `beatMs`, and soon after a change of state. */
export function startBeats(
  site: Site,
  runner: string,
  report: () => Omit<Beat, 'kind' | 'memory' | 'cpuMs'> & {
    why: string | undefined;
    current: Beat['current'] | undefined;
  },
  drain: () => void,
): Beats {
  const ceiling = runnerConfig(site.config, runner).memoryMb * 1024 * 1024;
  let soon: NodeJS.Timeout | undefined;
  let next: NodeJS.Timeout | undefined;
  const beat = (unhurried = false) => {
    clearTimeout(soon);
    clearTimeout(next);
    soon = undefined;
    const told = report();
    const { beatMs } = site.config.master;
    // Idle is idle: nothing grows that does nothing.
    const isIdle = told.state === 'idle';
    next = setTimeout(() => beat(true), isIdle ? beatMs : Math.min(beatMs, memoryCheckMs));
    next.unref();
    const cpu = process.cpuUsage();
    // Not between two handfuls: when nothing has changed for a while.
    const memory = isIdle && unhurried ? memoryAtRest() : process.memoryUsage.rss();
    send({ kind: 'beat', ...told, memory, cpuMs: (cpu.user + cpu.system) / 1000 });
    if (memory <= ceiling) return;
    send({ kind: 'recycle', memory });
    drain();
  };
  return {
    now: () => beat(),
    soon: () => {
      soon ??= setTimeout(() => beat(), beatGapMs).unref();
    },
    stop: () => {
      clearTimeout(next);
      clearTimeout(soon);
    },
  };
}

function send(message: object): void {
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}
