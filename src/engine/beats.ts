/** What a worker process tells its master of itself: that it lives, and when it has grown. */
import { runnerConfig } from '../ground/config.ts';
import type { Beat } from './ipc.ts';
import type { Site } from './site.ts';

export type Beats = { now(): void; soon(): void; stop(): void };

const beatGapMs = 200;
const memoryCheckMs = 5000;

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
  const beat = () => {
    clearTimeout(soon);
    soon = undefined;
    const cpu = process.cpuUsage();
    const memory = process.memoryUsage.rss();
    send({ kind: 'beat', ...report(), memory, cpuMs: (cpu.user + cpu.system) / 1000 });
    if (memory <= ceiling) return;
    send({ kind: 'recycle', memory });
    drain();
  };
  const timer = setInterval(beat, Math.min(site.config.master.beatMs, memoryCheckMs));
  timer.unref();
  return {
    now: beat,
    soon: () => {
      soon ??= setTimeout(beat, beatGapMs).unref();
    },
    stop: () => {
      clearInterval(timer);
      clearTimeout(soon);
    },
  };
}

function send(message: object): void {
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}
