/** Literals for the tests of the master: rules with round numbers, and a slot with a history. */
import type { Beat } from '../../src/engine/ipc.ts';
import { stepSlot } from '../../src/master/slot.ts';
import {
  emptySlot,
  type Slot,
  type SlotAction,
  type SlotEvent,
  type SlotRules,
} from '../../src/master/slot-types.ts';
import type { MasterPlan } from '../../src/master/suite.ts';
import type { RunnerPlan } from '../../src/model/runners.ts';

export const mib = 1024 * 1024;

export const rules: SlotRules = {
  graceMs: 30_000,
  backoffMs: 1000,
  maxBackoffMs: 300_000,
  healthyMs: 60_000,
  hangMs: 300_000,
  memoryBytes: 512 * mib,
  claims: true,
};

export function beatOf(fields: Partial<Beat> = {}): Beat {
  return {
    kind: 'beat',
    state: 'idle',
    done: 0,
    waiting: 0,
    memory: 60 * mib,
    cpuMs: 10,
    ...fields,
  };
}

export function runnerPlan(fields: Partial<RunnerPlan> = {}): RunnerPlan {
  return {
    name: 'incoming',
    minWorkers: 1,
    maxWorkers: 1,
    memoryBytes: 512 * mib,
    hangMs: 300_000,
    threads: 8,
    claims: true,
    ...fields,
  };
}

export function masterPlan(runners: readonly RunnerPlan[]): MasterPlan {
  const { graceMs, backoffMs, maxBackoffMs, healthyMs } = rules;
  return { runners, graceMs, backoffMs, maxBackoffMs, healthyMs, backlogPerWorker: 50 };
}

export const died = { kind: 'ended', ending: { code: 70, signal: null } } as const;
export const left = { kind: 'ended', ending: { code: 0, signal: null } } as const;
export const killed = { kind: 'ended', ending: { code: null, signal: 'SIGKILL' } } as const;
export const wish = { kind: 'want', wanted: true } as const;
export const unwish = { kind: 'want', wanted: false } as const;
export const tick = { kind: 'tick', deafMs: 0 } as const;
export const up = { kind: 'beat', beat: beatOf() } as const;

/** A slot on a stopped clock. */
export class Told {
  slot: Slot = emptySlot;
  now = 0;
  readonly rules: SlotRules;
  #actions: readonly SlotAction[] = [];

  constructor(own: Partial<SlotRules> = {}) {
    this.rules = { ...rules, ...own };
  }

  tell(...events: readonly SlotEvent[]): this {
    for (const event of events) {
      const step = stepSlot(this.slot, event, this.rules, this.now);
      this.slot = step.slot;
      this.#actions = step.actions;
    }
    return this;
  }

  /** Time goes by, second by second, and the slot is told. */
  wait(ms: number): this {
    const until = this.now + ms;
    while (this.now < until) {
      this.now = Math.min(until, this.now + 1000);
      this.tell(tick);
      if (this.did.length > 0) break;
    }
    return this;
  }

  get phase(): string {
    const { phase } = this.slot;
    return phase.kind === 'backoff' && phase.parked ? 'parked' : phase.kind;
  }

  /** What the last event led to, in words. */
  get did(): string[] {
    return this.#actions.flatMap((action) => {
      switch (action.kind) {
        case 'fork':
          return [action.lastExit === undefined ? 'fork' : `fork after ${action.lastExit}`];
        case 'send':
          return [action.message.kind];
        case 'signal':
          return [action.signal];
        case 'recover':
          return ['recover'];
        default:
          return [];
      }
    });
  }
}
