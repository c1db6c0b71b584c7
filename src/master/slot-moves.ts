/** The moves that lead a slot from one phase to the next. */
import { workerExit } from '../engine/ipc.ts';
import { ageText, bytesText } from '../model/amounts.ts';
import type { Ending, Slot, SlotAction, SlotRules, SlotStep } from './slot-types.ts';

/** A new process. */
export function fork(slot: Slot, now: number): SlotStep {
  const forked: Slot = {
    ...slot,
    phase: { kind: 'starting' },
    startedAt: now,
    beatAt: now,
    beat: undefined,
    starts: slot.starts + 1,
    dirty: true,
  };
  const first: SlotAction = { kind: 'fork', lastExit: slot.lastExit };
  return { slot: forked, actions: slot.paused ? [first, send('pause')] : [first] };
}

/** Asks the process to finish what it has in hand and to leave. */
export function drain(
  slot: Slot,
  why: string,
  failure: boolean,
  now: number,
  ask: readonly SlotAction[] = [send('drain')],
): SlotStep {
  return {
    slot: { ...slot, phase: { kind: 'draining', since: now, why, failure, pressed: 'asked' } },
    actions: [note('info', `drains: ${why}`), ...ask],
  };
}

/** Nobody should be here any more: what was claimed goes back, once. */
export function vacate(slot: Slot, rules: SlotRules, now: number): SlotStep {
  if (slot.dirty && rules.claims) {
    const recovering: Slot = { ...slot, phase: { kind: 'recovering' }, beatAt: now };
    return { slot: recovering, actions: [{ kind: 'recover' }] };
  }
  const off: Slot = { ...slot, phase: { kind: 'off' }, beat: undefined, failures: 0 };
  return { slot: off, actions: [] };
}

/** Waits, twice as long as the last time. */
export function fail(
  slot: Slot,
  why: string,
  hopeless: boolean,
  rules: SlotRules,
  now: number,
): SlotStep {
  const failures = slot.failures + 1;
  const grownMs = rules.backoffMs * 2 ** Math.min(failures - 1, 30);
  const parked = hopeless || grownMs >= rules.maxBackoffMs;
  const waitMs = parked ? rules.maxBackoffMs : grownMs;
  return {
    slot: {
      ...slot,
      pid: undefined,
      beat: undefined,
      failures,
      phase: { kind: 'backoff', until: now + waitMs, why, parked },
    },
    actions: [
      note(
        parked ? 'error' : 'warn',
        `${parked ? 'parked: ' : ''}failure ${failures} in succession, next try in ${ageText(waitMs)}`,
      ),
    ],
  };
}

/** The process is gone. */
export function ended(slot: Slot, ending: Ending, rules: SlotRules, now: number): SlotStep {
  const { phase } = slot;
  const clean = ending.code === workerExit.done;
  if (phase.kind === 'recovering') return recovered(slot, ending, rules, now);
  const draining = phase.kind === 'draining' ? phase : undefined;
  const asked = draining !== undefined && !draining.failure;
  const why = draining ? drainedText(draining.why, ending) : endingText(ending);
  const gone: Slot = { ...slot, pid: undefined, lastExit: clean && asked ? undefined : why };
  const said = note(clean || asked ? 'info' : 'error', `ended: ${why}`);
  if (!slot.wanted) return after(said, vacate(gone, rules, now));
  const young = isYoung(slot, rules, now);
  // What was asked for is no failure; nor is a clean end after a healthy life (someone sent it
  // a SIGTERM): both are replaced at once.
  if (asked || (clean && !draining && !young)) return after(said, fork(gone, now));
  const hopeless = ending.code === workerExit.hopeless;
  const earlier = young ? slot.failures : 0;
  return after(said, fail({ ...gone, failures: earlier }, why, hopeless, rules, now));
}

function recovered(slot: Slot, ending: Ending, rules: SlotRules, now: number): SlotStep {
  const clean = ending.code === workerExit.done;
  const gone: Slot = clean
    ? { ...slot, pid: undefined, dirty: false, lastExit: undefined }
    : { ...slot, pid: undefined };
  if (slot.wanted) return fork(gone, now);
  if (clean || !rules.claims) return vacate(gone, rules, now);
  return fail(gone, `cannot give back its claims: ${endingText(ending)}`, false, rules, now);
}

/** `exit 70: last words`, `signal SIGKILL`. */
function endingText({ code, signal, words }: Ending): string {
  const how = signal ? `signal ${signal}` : code === null ? 'could not be started' : `exit ${code}`;
  return words ? `${how}: ${words}` : how;
}

function drainedText(why: string, ending: Ending): string {
  return ending.code === workerExit.done ? why : `${why}, then ${endingText(ending)}`;
}

/** What a worker uses and what it may, for people. */
export function memoryText(memory: number, rules: SlotRules): string {
  return `memory of ${bytesText(memory)} over its ceiling of ${bytesText(rules.memoryBytes)}`;
}

/** Whether the process has not lived long enough to count as healthy. */
export function isYoung(slot: Slot, rules: SlotRules, now: number): boolean {
  return now - slot.startedAt < rules.healthyMs;
}

/** Nothing changes, nothing is to be done. */
export function still(slot: Slot): SlotStep {
  return { slot, actions: [] };
}

/** An action: something is said to the worker. */
export function send(kind: 'drain' | 'pause' | 'resume'): SlotAction {
  return { kind: 'send', message: { kind } };
}

/** An action: something is written into the log. */
export function note(level: 'info' | 'warn' | 'error', text: string): SlotAction {
  return { kind: 'note', level, text };
}

function after(first: SlotAction, { slot, actions }: SlotStep): SlotStep {
  return { slot, actions: [first, ...actions] };
}
