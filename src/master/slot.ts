/**
 * What becomes of one place for a worker: pure, so that every case is a literal in a test.
 *
 * Times are ms of a clock that only goes forward. A slot never gives up for good: whatever fails
 * is tried again, later and later, and a minute of health clears the record.
 */
import type { Beat } from '../engine/ipc.ts';
import { ageText } from '../model/amounts.ts';
import {
  drain,
  ended,
  fork,
  isYoung,
  memoryText,
  note,
  send,
  still,
  vacate,
} from './slot-moves.ts';
import type { Draining, Slot, SlotEvent, SlotRules, SlotStep } from './slot-types.ts';

/** What a slot does about something that happened. */
export function stepSlot(slot: Slot, event: SlotEvent, rules: SlotRules, now: number): SlotStep {
  switch (event.kind) {
    case 'want':
      return want(slot, event.wanted, rules, now);
    case 'pause':
      if (slot.paused === event.paused) return still(slot);
      return {
        slot: { ...slot, paused: event.paused },
        actions: hasWorker(slot) ? [send(event.paused ? 'pause' : 'resume')] : [],
      };
    case 'replace':
      return replace(slot, event.why, now);
    case 'search':
      return slot.phase.kind === 'off' && !slot.wanted ? vacate(slot, rules, now) : still(slot);
    case 'forked':
      return still({ ...slot, pid: event.pid });
    case 'beat':
      return beat(slot, event.beat, rules, now);
    case 'recycle':
      // It drains by itself; from now on its time is measured.
      return hasWorker(slot)
        ? drain(slot, memoryText(event.memory, rules), isYoung(slot, rules, now), now, [])
        : still(slot);
    case 'ended':
      return ended(slot, event.ending, rules, now);
    case 'tick':
      return tick({ ...slot, beatAt: slot.beatAt + event.deafMs }, rules, now);
  }
}

/** When the slot needs a tick; undefined: something else must happen first. */
export function slotDueAt({ phase, beatAt }: Slot, rules: SlotRules): number | undefined {
  switch (phase.kind) {
    case 'off':
      return undefined;
    case 'starting':
    case 'running':
      return beatAt + rules.hangMs;
    case 'recovering':
      // When all leave, the next start looks again: nobody waits for long.
      return beatAt + (rules.claims ? rules.hangMs : rules.graceMs);
    case 'draining':
      if (phase.pressed === 'kill') return undefined;
      return phase.since + (phase.pressed === 'asked' ? rules.graceMs / 2 : rules.graceMs);
    case 'backoff':
      return phase.until;
  }
}

function want(slot: Slot, wanted: boolean, rules: SlotRules, now: number): SlotStep {
  const next = slot.wanted === wanted ? slot : { ...slot, wanted };
  switch (slot.phase.kind) {
    case 'off':
      return wanted ? fork(next, now) : still(next);
    case 'starting':
    case 'running':
      return wanted ? still(next) : drain(next, 'stopped', false, now);
    case 'backoff':
      if (slot.wanted === wanted) {
        // When the whole suite leaves, the search for claims is left to the next start.
        return wanted || rules.claims ? still(next) : vacate(next, rules, now);
      }
      return wanted ? fork({ ...next, failures: 0 }, now) : vacate(next, rules, now);
    case 'draining':
    case 'recovering':
      return still(next);
  }
}

function replace(slot: Slot, why: string, now: number): SlotStep {
  if (!slot.wanted) return still(slot);
  const forgiven = { ...slot, failures: 0 };
  switch (slot.phase.kind) {
    case 'starting':
    case 'running':
      return drain(forgiven, why, false, now);
    case 'off':
    case 'backoff':
      return fork(forgiven, now);
    case 'draining':
      return still({ ...forgiven, phase: { ...slot.phase, failure: false } });
    case 'recovering':
      return still(forgiven);
  }
}

function beat(slot: Slot, heard: Beat, rules: SlotRules, now: number): SlotStep {
  const young = isYoung(slot, rules, now);
  const failures = slot.phase.kind === 'running' && !young ? 0 : slot.failures;
  const next: Slot = { ...slot, beat: heard, beatAt: now, failures };
  if (!hasWorker(slot)) return still(next);
  if (heard.memory > rules.memoryBytes) {
    return drain(next, memoryText(heard.memory, rules), young, now);
  }
  if (slot.phase.kind === 'running' || heard.state === 'starting') return still(next);
  return { slot: { ...next, phase: { kind: 'running' } }, actions: [note('info', 'is up')] };
}

function tick(slot: Slot, rules: SlotRules, now: number): SlotStep {
  const due = slotDueAt(slot, rules);
  if (due === undefined || now < due) return still(slot);
  switch (slot.phase.kind) {
    case 'off':
      return still(slot);
    case 'starting':
    case 'running': {
      const why = `hung for ${ageText(now - slot.beatAt)}`;
      return kill(
        { ...slot, phase: { kind: 'draining', since: now, why, failure: true, pressed: 'kill' } },
        why,
      );
    }
    case 'recovering':
      return kill({ ...slot, beatAt: now }, `looks for claims since ${ageText(now - slot.beatAt)}`);
    case 'draining':
      return press(slot, slot.phase, now);
    case 'backoff':
      return slot.wanted ? fork(slot, now) : vacate(slot, rules, now);
  }
}

function kill(slot: Slot, why: string): SlotStep {
  return {
    slot,
    actions: [note('error', `${why}: SIGKILL`), { kind: 'signal', signal: 'SIGKILL' }],
  };
}

/** It was asked to go and is still here: first a SIGTERM, then a SIGKILL. */
function press(slot: Slot, phase: Draining, now: number): SlotStep {
  const pressed = phase.pressed === 'asked' ? 'term' : 'kill';
  const signal = pressed === 'term' ? 'SIGTERM' : 'SIGKILL';
  const text = `still here ${ageText(now - phase.since)} after it was asked to go: ${signal}`;
  return {
    slot: { ...slot, phase: { ...phase, pressed } },
    actions: [note('warn', text), { kind: 'signal', signal }],
  };
}

function hasWorker({ phase }: Slot): boolean {
  return phase.kind === 'starting' || phase.kind === 'running';
}
