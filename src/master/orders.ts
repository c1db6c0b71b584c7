/** What a person may order, and when it has come true: a reply is given only then. */
import type { Reply, Request } from '../engine/control.ts';
import { UsageError } from '../ground/errors.ts';
import { ageText } from '../model/amounts.ts';
import type { Master } from './master.ts';
import { summary, troubleText } from './report.ts';
import {
  isWanted,
  type MasterPlan,
  type Suite,
  type SuiteSlot,
  slotsNamed,
  unknownName,
} from './suite.ts';

/** What the orders need from the program around the master. */
export type Office = {
  readonly master: Master;
  readonly now: () => number;
  /** Reads the configuration again; throws a UsageError when it is no good. */
  readPlan(): MasterPlan;
  /** Opens our own log again. */
  reopenLog(): void;
  /** Begins the end of the whole suite. */
  leave(): void;
};

/** How long a worker may take to come up, and to go after it was killed. */
const startMs = 60_000;
const killedMs = 10_000;
/** How long a pause waits for entries in hand before it says that they go on. */
const pauseMs = 5000;
const reloadMs = 600_000;

/** Carries out a request. */
export async function obey(
  office: Office,
  request: Request,
  remark: (text: string) => void,
): Promise<Reply> {
  const { master } = office;
  switch (request.verb) {
    case 'status':
      return { ...done(summary(master.status.workers)), status: master.status };
    case 'reload':
      return reload(office);
    case 'reopen':
      office.reopenLog();
      master.tellAll({ kind: 'reopen' });
      return done('logs are open again');
    default:
      break;
  }
  const { verb, names } = request;
  const unknown = unknownName(master.suite, names);
  if (unknown !== undefined) return refused(unknownText(master.suite, unknown));
  if (master.suite.stopping && verb === 'stop') return stopAll(office, remark);
  if (master.suite.stopping) return refused('the suite is stopping');
  switch (verb) {
    case 'stop':
      return names.length === 0 ? stopAll(office, remark) : stop(office, names, remark);
    case 'start':
    case 'restart':
      return start(office, verb, names);
    case 'pause':
      return pause(office, names);
    case 'resume':
      master.dispatch({ kind: 'order', order: 'resume', names });
      return done(`${namesText(names)} resumed`);
  }
}

/** Reads the configuration and takes every worker through it; the old one stays if it is bad. */
export async function reload(office: Office): Promise<Reply> {
  const { master } = office;
  if (master.suite.stopping) return refused('the suite is stopping');
  let plan: MasterPlan;
  try {
    plan = office.readPlan();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return refused(`${error.message}\nthe old configuration stays in force`);
  }
  master.dispatch({ kind: 'plan', plan });
  const stuck = (suite: Suite) =>
    [...suite.slots].some(
      ([name, slot]) => name === suite.rolling && slot.phase.kind === 'backoff',
    );
  const over = (suite: Suite) => {
    const through = suite.rolling === undefined && suite.roll.length === 0;
    return (
      suite.stopping || stuck(suite) || (through && allSettled(suite, [], 0) && restGone(suite))
    );
  };
  const inTime = await master.until(over, reloadMs);
  if (master.suite.stopping) return refused('the suite is stopping');
  const troubles = troublesOf(master, slotsNamed(master.suite, []));
  if (stuck(master.suite)) {
    return refused(`${troubles}\nthe other workers keep the old configuration until it is up`);
  }
  if (!inTime) return refused(`not through all workers within ${ageText(reloadMs)}; it goes on`);
  if (troubles !== '') return refused(troubles);
  const live = master.status.workers.filter(({ pid }) => pid !== undefined);
  return done(`all ${live.length} workers have the new configuration`);
}

async function stopAll(office: Office, remark: (text: string) => void): Promise<Reply> {
  const { master } = office;
  office.leave();
  remark(`waiting for ${leftText(master, slotsNamed(master.suite, []))}`);
  // The reply is the end of this process: who asked sees the socket close.
  return new Promise<Reply>(() => undefined);
}

async function stop(
  office: Office,
  names: readonly string[],
  remark: (text: string) => void,
): Promise<Reply> {
  const { master } = office;
  master.dispatch({ kind: 'order', order: 'stop', names });
  const slots = slotsNamed(master.suite, names);
  const gone = (suite: Suite) => slots.every((name) => isGone(suite.slots.get(name)));
  if (!gone(master.suite)) remark(`waiting for ${leftText(master, slots)}`);
  // Twice the grace: one for the worker, one for the search for its claims.
  const withinMs = master.suite.plan.graceMs * 2 + killedMs;
  if (await master.until(gone, withinMs)) return done(`${namesText(names)} stopped`);
  return refused(`after ${ageText(withinMs)} still here: ${leftText(master, slots)}`);
}

async function start(
  office: Office,
  verb: 'start' | 'restart',
  names: readonly string[],
): Promise<Reply> {
  const { master } = office;
  const since = verb === 'restart' ? office.now() : 0;
  master.dispatch({ kind: 'order', order: verb, names });
  const slots = slotsNamed(master.suite, names);
  if (slots.length === 0) return refused(`${namesText(names)} has no workers in the configuration`);
  const settled = (suite: Suite) => suite.stopping || allSettled(suite, slots, since);
  const withinMs = master.suite.plan.graceMs + killedMs + startMs;
  await master.until(settled, withinMs);
  if (master.suite.stopping) return refused('the suite is stopping');
  const troubles = troublesOf(master, slots);
  if (troubles !== '') return refused(troubles);
  return done(`${namesText(names)} ${verb}ed`);
}

async function pause(office: Office, names: readonly string[]): Promise<Reply> {
  const { master } = office;
  const { suite } = master;
  const service = names.find((name) => {
    return slotsNamed(suite, [name]).some((slot) => suite.slots.get(slot)?.runner.claims === false);
  });
  if (service !== undefined) {
    return refused(`${service} has no queue to leave alone; stop it, then the MTA keeps the mail`);
  }
  const queues = suite.plan.runners.filter(({ claims }) => claims).map(({ name }) => name);
  const meant = names.length === 0 ? queues : names;
  master.dispatch({ kind: 'order', order: 'pause', names: meant });
  const slots = slotsNamed(suite, meant);
  const isBusy = ({ phase, beat }: SuiteSlot) =>
    phase.kind === 'running' && beat?.state !== 'paused';
  const busy = (suite: Suite) =>
    slots.filter((name) => {
      const slot = suite.slots.get(name);
      return slot !== undefined && isBusy(slot);
    });
  await master.until((suite) => busy(suite).length === 0, pauseMs);
  const left = busy(master.suite);
  const what = names.length === 0 ? 'all runners with a queue' : namesText(names);
  if (left.length === 0) return done(`${what} paused`);
  return done(`${what} paused; ${left.join(', ')} first finish what they have in hand`);
}

/** Up, or known not to come up, or not meant to be. */
export function allSettled(suite: Suite, names: readonly string[], since: number): boolean {
  const slots = names.length === 0 ? [...suite.slots.keys()] : names;
  return slots.every((name) => {
    const slot = suite.slots.get(name);
    if (!slot || !isWanted(suite, name, slot)) return true;
    if (slot.phase.kind === 'backoff') return true;
    return slot.phase.kind === 'running' && slot.startedAt >= since;
  });
}

/** Whether nobody is left where nobody should be. */
function restGone(suite: Suite): boolean {
  return [...suite.slots].every(([name, slot]) => isWanted(suite, name, slot) || isGone(slot));
}

function isGone(slot: SuiteSlot | undefined): boolean {
  // One that waits to look for claims again has no process.
  return slot === undefined || slot.phase.kind === 'off' || slot.phase.kind === 'backoff';
}

const notUp: readonly string[] = ['backoff', 'parked', 'starting', 'draining'];

/** Which workers are not up, and why, a line each. */
export function troublesOf(master: Master, slots: readonly string[]): string {
  return master.status.workers
    .filter(({ name, state }) => slots.includes(name) && notUp.includes(state))
    .map(troubleText)
    .join('\n');
}

function leftText(master: Master, slots: readonly string[]): string {
  return master.status.workers
    .filter(({ name, pid }) => slots.includes(name) && pid !== undefined)
    .map(({ name, pid, current }) => `${name} (pid ${pid}${current ? `, ${current.id}` : ''})`)
    .join(', ');
}

function unknownText(suite: Suite, name: string): string {
  const runners = suite.plan.runners.map((runner) => runner.name).join(', ');
  return `there is no runner ${JSON.stringify(name)}; there are ${runners}`;
}

function namesText(names: readonly string[]): string {
  return names.length === 0 ? 'the suite' : names.join(', ');
}

function done(text: string): Reply {
  return { kind: 'reply', ok: true, text };
}

function refused(text: string): Reply {
  return { kind: 'reply', ok: false, text };
}
