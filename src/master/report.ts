/** What the master says of itself and of its workers. Pure. */
import type { WorkerStatus } from '../engine/control.ts';
import { ageText } from '../model/amounts.ts';
import { rates, type Sample } from './meter.ts';
import { isMarked, type Suite, type SuiteSlot } from './suite.ts';

export type Meters = ReadonlyMap<string, readonly Sample[]>;

/** Each worker that is, should be, or was stopped by a person. `wall` is the time of day. */
export function workersOf(
  suite: Suite,
  meters: Meters,
  now: number,
  wall: number,
): readonly WorkerStatus[] {
  return [...suite.slots]
    .filter(([name, slot]) => isShown(suite, name, slot))
    .map(([name, slot]) => workerOf(name, slot, meters.get(name) ?? [], now, wall));
}

/** Empty slots are shown only where a person took the worker away. */
function isShown(suite: Suite, name: string, { phase, runner, number }: SuiteSlot): boolean {
  if (phase.kind !== 'off') return true;
  return isMarked(suite.stopped, name, runner) && number <= runner.minWorkers;
}

function workerOf(
  name: string,
  slot: SuiteSlot,
  samples: readonly Sample[],
  now: number,
  wall: number,
): WorkerStatus {
  const { phase, beat, runner, lastExit, pid } = slot;
  const silentMs = now - slot.beatAt;
  const lives = pid !== undefined && phase.kind !== 'recovering';
  const silent = lives && silentMs > runner.hangMs / 2;
  const state = stateOf(slot);
  const why = silent ? `no sign of life for ${ageText(silentMs)}` : whyOf(slot);
  const current = beat?.current;
  return {
    name,
    runner: runner.name,
    slot: slot.number,
    state,
    ...(why === undefined ? {} : { why }),
    trouble: silent || phase.kind === 'backoff' || state === 'waiting',
    ...(pid === undefined ? {} : { pid }),
    ...(lives ? { uptimeMs: now - slot.startedAt, beatAgeMs: silentMs } : {}),
    ...(lives && beat ? { memory: beat.memory, cpuPercent: rates(samples).cpuPercent } : {}),
    done: beat?.done ?? 0,
    perMinute: lives ? rates(samples).perMinute : 0,
    ...(current
      ? {
          current: {
            id: current.id,
            ...(current.list === undefined ? {} : { list: current.list }),
            forMs: Math.max(0, wall - current.since),
          },
        }
      : {}),
    starts: slot.starts,
    failures: slot.failures,
    ...(lastExit === undefined ? {} : { lastExit }),
    ...(phase.kind === 'backoff' ? { nextTryMs: Math.max(0, phase.until - now) } : {}),
  };
}

function stateOf({ phase, beat }: SuiteSlot): WorkerStatus['state'] {
  switch (phase.kind) {
    case 'off':
      return 'stopped';
    case 'running':
      return beat?.state ?? 'starting';
    case 'backoff':
      return phase.parked ? 'parked' : 'backoff';
    case 'starting':
    case 'draining':
    case 'recovering':
      return phase.kind;
  }
}

function whyOf({ phase, beat }: SuiteSlot): string | undefined {
  return phase.kind === 'draining' || phase.kind === 'backoff' ? phase.why : beat?.why;
}

/** One line on how the suite is. */
export function summary(workers: readonly WorkerStatus[]): string {
  const live = workers.filter(({ state }) => state !== 'stopped' && state !== 'recovering');
  const troubled = live.filter(({ trouble }) => trouble);
  const up = `${live.length - troubled.length} of ${live.length} workers are well`;
  if (live.length === 0) return 'no workers';
  if (troubled.length === 0) return live.length === 1 ? '1 worker' : `${live.length} workers`;
  return `${up}; ${troubled.map(troubleText).join('; ')}`;
}

/** `outgoing-1 is parked: exit 15: no module x`. */
export function troubleText({ name, state, why }: WorkerStatus): string {
  return `${name} is ${state}${why === undefined ? '' : `: ${why}`}`;
}
