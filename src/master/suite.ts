/** The state of all slots together, and what names mean in it. Pure. */
import { type RunnerPlan, slotName } from '../model/runners.ts';
import { firstSize, type Size } from './resize.ts';
import { slotDueAt } from './slot.ts';
import { emptySlot, type Slot, type SlotRules } from './slot-types.ts';

/** What the configuration says. */
export type MasterPlan = {
  readonly runners: readonly RunnerPlan[];
  readonly graceMs: number;
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  readonly healthyMs: number;
  readonly backlogPerWorker: number;
};

/** A slot knows its runner's plan, even when a new configuration no longer has that runner. */
export type SuiteSlot = Slot & { readonly runner: RunnerPlan; readonly number: number };

export type Suite = {
  readonly plan: MasterPlan;
  /** By name (`outgoing-2`), in the order of the plan. */
  readonly slots: ReadonlyMap<string, SuiteSlot>;
  readonly sizes: ReadonlyMap<string, Size>;
  /** All processors are at work. */
  readonly isCrowded: boolean;
  /** Names of runners and slots that a person stopped or paused, while this master lives. */
  readonly stopped: ReadonlySet<string>;
  readonly paused: ReadonlySet<string>;
  /** Slots that are to be replaced one by one, and the one whose turn it is. */
  readonly roll: readonly string[];
  readonly rolling: string | undefined;
  /** All leave. */
  readonly stopping: boolean;
};

/** A suite in which nothing runs yet; with `only`, all other runners are stopped. */
export function newSuite(plan: MasterPlan, only: readonly string[] = []): Suite {
  const left = only.length === 0 ? [] : plan.runners.filter(({ name }) => !only.includes(name));
  return withPlan(
    {
      plan,
      slots: new Map(),
      sizes: new Map(),
      isCrowded: false,
      stopped: new Set(left.map(({ name }) => name)),
      paused: new Set(),
      roll: [],
      rolling: undefined,
      stopping: false,
    },
    plan,
  );
}

/**
 * Has every slot that the plan may fill, in its order; others stay until they are off. A slot
 * that is new to us may hold claims of a master that was killed.
 */
export function withPlan(suite: Suite, plan: MasterPlan): Suite {
  const slots = new Map<string, SuiteSlot>();
  const sizes = new Map<string, Size>();
  for (const runner of plan.runners) {
    sizes.set(runner.name, suite.sizes.get(runner.name) ?? firstSize(runner));
    for (let number = 1; number <= runner.maxWorkers; number++) {
      const name = slotName(runner.name, number);
      const slot = suite.slots.get(name) ?? { ...emptySlot, dirty: true };
      slots.set(name, { ...slot, runner, number });
    }
  }
  for (const [name, slot] of suite.slots) {
    if (!slots.has(name) && slot.phase.kind !== 'off') slots.set(name, slot);
  }
  return { ...suite, plan, slots, sizes };
}

/** Whether there should be a worker in this slot. */
export function isWanted(suite: Suite, name: string, { runner, number }: SuiteSlot): boolean {
  if (suite.stopping || !suite.plan.runners.includes(runner)) return false;
  if (isMarked(suite.stopped, name, runner)) return false;
  return number <= (suite.sizes.get(runner.name)?.target ?? 0);
}

/** Whether the mark is on the slot itself or on its runner. */
export function isMarked(
  marks: ReadonlySet<string>,
  slot: string,
  runner: Pick<RunnerPlan, 'name'>,
): boolean {
  return marks.has(runner.name) || marks.has(slot);
}

/** What holds for a slot now. */
export function rulesOf(suite: Suite, { runner }: SuiteSlot): SlotRules {
  const { graceMs, backoffMs, maxBackoffMs, healthyMs } = suite.plan;
  return {
    graceMs,
    backoffMs,
    maxBackoffMs,
    healthyMs,
    hangMs: runner.hangMs,
    memoryBytes: runner.memoryBytes,
    // When all leave, the search for claims is left to the next start.
    claims: runner.claims && !suite.stopping,
  };
}

/** When the suite needs a tick. */
export function suiteDueAt(suite: Suite): number | undefined {
  let due: number | undefined;
  for (const slot of suite.slots.values()) {
    const at = slotDueAt(slot, rulesOf(suite, slot));
    if (at !== undefined && (due === undefined || at < due)) due = at;
  }
  return due;
}

/** The slots that these names of runners and slots mean (all, if there are none). */
export function slotsNamed(suite: Suite, names: readonly string[]): readonly string[] {
  return [...suite.slots]
    .filter(([slot, { runner }]) => {
      return names.length === 0 || names.includes(slot) || names.includes(runner.name);
    })
    .map(([slot]) => slot);
}

/** The first name that means neither a runner nor a slot. */
export function unknownName(suite: Suite, names: readonly string[]): string | undefined {
  const runners = suite.plan.runners.map(({ name }) => name);
  return names.find((name) => !suite.slots.has(name) && !runners.includes(name));
}

/** Whether no process is left. */
export function isOff(suite: Suite): boolean {
  return [...suite.slots.values()].every(({ phase }) => phase.kind === 'off');
}
