/**
 * What the master decides: pure. An event comes in; the new state of the suite goes out, with
 * what is to be done about it. Only `master.ts` does it.
 */
import { resize } from './resize.ts';
import { stepSlot } from './slot.ts';
import type { SlotAction, SlotEvent } from './slot-types.ts';
import {
  isMarked,
  isWanted,
  type MasterPlan,
  rulesOf,
  type Suite,
  slotsNamed,
  withPlan,
} from './suite.ts';

export type Order = 'start' | 'stop' | 'restart' | 'pause' | 'resume';

type SlotNews = { readonly kind: 'slot'; readonly slot: string; readonly event: SlotEvent };

export type SuiteEvent =
  | SlotNews
  | { readonly kind: 'tick'; readonly deafMs: number }
  /** For runners or slots; no names mean all. */
  | { readonly kind: 'order'; readonly order: Order; readonly names: readonly string[] }
  /** A new configuration: the workers are replaced one by one. */
  | { readonly kind: 'plan'; readonly plan: MasterPlan }
  | { readonly kind: 'leave' };

export type SuiteAction = SlotAction & { readonly slot: string };

export type SuiteStep = { readonly suite: Suite; readonly actions: readonly SuiteAction[] };

type Draft = { suite: Suite; readonly actions: SuiteAction[]; readonly now: number };

/** What the suite does about something that happened. */
export function stepSuite(before: Suite, event: SuiteEvent, now: number): SuiteStep {
  const draft: Draft = { suite: before, actions: [], now };
  switch (event.kind) {
    case 'slot':
      tell(draft, event.slot, event.event);
      if (isRoutine(before, draft.suite, event)) return draft;
      break;
    case 'tick':
      for (const name of before.slots.keys()) tell(draft, name, event);
      break;
    case 'order':
      obey(draft, event.order, event.names);
      break;
    case 'plan':
      draft.suite = withPlan(before, event.plan);
      draft.suite = { ...draft.suite, roll: present(draft.suite), rolling: undefined };
      break;
    case 'leave':
      draft.suite = { ...before, stopping: true, roll: [], rolling: undefined };
      break;
  }
  resizeRunners(draft);
  for (const [name, slot] of draft.suite.slots) {
    const paused = isMarked(draft.suite.paused, name, slot.runner);
    tell(draft, name, { kind: 'pause', paused });
    tell(draft, name, { kind: 'want', wanted: isWanted(draft.suite, name, slot) });
  }
  rollOn(draft);
  searchOne(draft);
  return { suite: draft.suite, actions: draft.actions };
}

/** A beat that changes nothing for anybody else: most of what a master hears. */
function isRoutine(before: Suite, after: Suite, { slot, event }: SlotNews): boolean {
  if (event.kind !== 'beat') return false;
  const [was, is] = [before.slots.get(slot), after.slots.get(slot)];
  if (!was || !is || was.phase !== is.phase) return false;
  return is.runner.minWorkers === is.runner.maxWorkers;
}

function tell(draft: Draft, name: string, event: SlotEvent): void {
  const slot = draft.suite.slots.get(name);
  if (!slot) return;
  const step = stepSlot(slot, event, rulesOf(draft.suite, slot), draft.now);
  if (step.slot === slot) return;
  const slots = new Map(draft.suite.slots);
  slots.set(name, { ...step.slot, runner: slot.runner, number: slot.number });
  draft.suite = { ...draft.suite, slots };
  draft.actions.push(...step.actions.map((action) => ({ ...action, slot: name })));
}

function obey(draft: Draft, order: Order, names: readonly string[]): void {
  const { suite } = draft;
  const { stopped, paused } = suite;
  const all = names.length === 0 ? suite.plan.runners.map(({ name }) => name) : names;
  switch (order) {
    case 'stop':
      draft.suite = { ...suite, stopped: new Set([...stopped, ...all]) };
      return;
    case 'pause':
      draft.suite = { ...suite, paused: new Set([...paused, ...all]) };
      return;
    case 'resume':
      draft.suite = { ...suite, paused: unmarked(suite, paused, all) };
      return;
    case 'start':
    case 'restart':
      draft.suite = { ...suite, stopped: unmarked(suite, stopped, all) };
      for (const name of slotsNamed(suite, names)) {
        const waits = suite.slots.get(name)?.phase.kind === 'backoff';
        if (waits || order === 'restart') tell(draft, name, { kind: 'replace', why: 'restarted' });
      }
  }
}

/**
 * The marks that are left when these names are unmarked. A runner takes its slots along; a slot
 * of a marked runner leaves the marks to its sisters.
 */
function unmarked(suite: Suite, marks: ReadonlySet<string>, names: readonly string[]): Set<string> {
  const left = new Set(marks);
  for (const name of names) {
    left.delete(name);
    for (const [slot, { runner }] of suite.slots) {
      if (runner.name === name) left.delete(slot);
      if (slot !== name || !left.delete(runner.name)) continue;
      for (const sister of slotsNamed(suite, [runner.name])) {
        if (sister !== name) left.add(sister);
      }
    }
  }
  return left;
}

function resizeRunners(draft: Draft): void {
  const { suite, now } = draft;
  const { backlogPerWorker, healthyMs: shrinkMs } = suite.plan;
  const rules = { backlogPerWorker, shrinkMs, isCrowded: suite.isCrowded };
  const sizes = new Map(suite.sizes);
  for (const runner of suite.plan.runners) {
    const size = sizes.get(runner.name);
    if (!size) continue;
    const beats = slotsNamed(suite, [runner.name]).flatMap((name) => {
      const slot = suite.slots.get(name);
      return slot?.phase.kind === 'running' && slot.beat ? [slot.beat] : [];
    });
    const next = resize(size, runner, beats, rules, now);
    if (next.target !== size.target) note(draft, runner.name, size.target, next.target);
    sizes.set(runner.name, next);
  }
  draft.suite = { ...suite, sizes };
}

function note(draft: Draft, runner: string, before: number, after: number): void {
  const text = `${after > before ? 'grows' : 'shrinks'} from ${before} to ${after} workers`;
  draft.actions.push({ kind: 'note', slot: runner, level: 'info', text });
}

/** The next one is replaced when the one before works again, or is none of ours any more. */
function rollOn(draft: Draft): void {
  const { rolling } = draft.suite;
  if (rolling !== undefined) {
    const kind = draft.suite.slots.get(rolling)?.phase.kind ?? 'off';
    if (kind !== 'running' && kind !== 'off') return;
    draft.suite = { ...draft.suite, rolling: undefined };
  }
  const here = present(draft.suite);
  const [next, ...roll] = draft.suite.roll.filter((name) => here.includes(name));
  if (next === undefined) {
    if (draft.suite.roll.length > 0) draft.suite = { ...draft.suite, roll: [] };
    return;
  }
  draft.suite = { ...draft.suite, roll, rolling: next };
  tell(draft, next, { kind: 'replace', why: 'new configuration' });
}

/**
 * When those who work are up, the slots that are empty are searched for claims of a former life,
 * one at a time.
 */
function searchOne(draft: Draft): void {
  const slots = [...draft.suite.slots];
  if (slots.some(([, { phase }]) => phase.kind === 'starting' || phase.kind === 'recovering')) {
    return;
  }
  const next = slots.find(([, slot]) => {
    return slot.phase.kind === 'off' && slot.dirty && rulesOf(draft.suite, slot).claims;
  });
  if (next) tell(draft, next[0], { kind: 'search' });
}

function present(suite: Suite): string[] {
  return [...suite.slots]
    .filter(([, { phase }]) => phase.kind === 'running' || phase.kind === 'starting')
    .map(([name]) => name);
}
