/** The runners by name: how many processes each has, and what the master must know of it. */
import { type Config, runnerConfig } from '../ground/config-schema.ts';

type RunnerKind = {
  readonly name: string;
  /** Processes at most, where the configuration does not say. */
  readonly maxWorkers: number;
  /** A service owns a port or a folder outside the spool: there is one process of it. */
  readonly service: boolean;
  /** Threads for disk work: each durable write waits in one of them. */
  readonly threads: number;
  /** Whether the site has anything for it to do. */
  readonly wanted: (config: Config) => boolean;
};

const always = () => true;

function queueRunner(name: string, maxWorkers = 1): RunnerKind {
  return { name, maxWorkers, service: false, threads: 8, wanted: always };
}

function service(name: string, threads: number, wanted: RunnerKind['wanted']): RunnerKind {
  return { name, maxWorkers: 1, service: true, threads, wanted };
}

/** In the order in which they are started: who takes mail in comes last. */
const runnerKinds: readonly RunnerKind[] = [
  queueRunner('outgoing', 4),
  queueRunner('virgin'),
  queueRunner('bounce', 2),
  queueRunner('archive'),
  queueRunner('digest'),
  queueRunner('mailing'),
  queueRunner('pipeline'),
  queueRunner('command'),
  queueRunner('incoming'),
  service('maildir', 8, (config) => config.maildir.folders.length > 0),
  service('policy', 4, (config) => config.policy.listen.length > 0),
  service('lmtp', 16, (config) => config.lmtp.listen.length > 0),
];

export const runnerNames: readonly string[] = runnerKinds.map((kind) => kind.name);

/** What the master does with one runner. */
export type RunnerPlan = {
  readonly name: string;
  /** Moved between these by backlog. */
  readonly minWorkers: number;
  readonly maxWorkers: number;
  readonly memoryBytes: number;
  readonly hangMs: number;
  readonly threads: number;
  /** Its workers claim entries, so a slot that is given up must be searched for some. */
  readonly claims: boolean;
};

const mebibyte = 1024 * 1024;

/** Runners of which a configuration speaks though there are none of that name. */
export function runnerFaults({ runners }: Pick<Config, 'runners'>): string[] {
  return Object.keys(runners)
    .filter((name) => !runnerNames.includes(name))
    .map((name) => `runners has "${name}"; wanted: ${runnerNames.join(', ')}`);
}

/** The runners that this configuration wants. */
export function plannedRunners(config: Config): readonly RunnerPlan[] {
  return runnerKinds.filter((kind) => kind.wanted(config)).map((kind) => planOf(kind, config));
}

function planOf(kind: RunnerKind, config: Config): RunnerPlan {
  const own = runnerConfig(config, kind.name);
  const most = kind.service ? 1 : (own.maxWorkers ?? kind.maxWorkers);
  const least = kind.service ? Math.min(own.workers, 1) : own.workers;
  return {
    name: kind.name,
    minWorkers: least,
    // With 0 workers a runner is off: it is not started by a backlog that nobody sees.
    maxWorkers: least === 0 ? 0 : Math.max(most, least),
    memoryBytes: own.memoryMb * mebibyte,
    hangMs: own.hangMs,
    threads: kind.threads,
    claims: !kind.service,
  };
}

/** `outgoing-2`: one process of a runner, and the folder of its claims. */
export function slotName(runner: string, slot: number): string {
  return `${runner}-${slot}`;
}
