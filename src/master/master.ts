/** The master at work: hands events to the policy, one after the other, and does what it says. */
import type { Status } from '../engine/control.ts';
import type { FromWorker, ToWorker } from '../engine/ipc.ts';
import { wallClock } from '../ground/clock.ts';
import type { Log } from '../ground/log.ts';
import { type Child, startWorker, type WorkerProgram } from './children.ts';
import { Crowd } from './crowd.ts';
import { addSample, type Sample } from './meter.ts';
import { type SuiteAction, type SuiteEvent, stepSuite } from './policy.ts';
import { workersOf } from './report.ts';
import { mayGrow } from './resize.ts';
import { type Suite, suiteDueAt } from './suite.ts';

export type MasterParts = {
  readonly program: WorkerProgram;
  /** Asked each time: it may be opened anew. */
  readonly log: () => Log;
  /** Ms of a clock that only goes forward. */
  readonly now: () => number;
};

/** Called after every event, until it gives an answer. */
type Waiter = { look(suite: Suite): boolean };

/** Later than this, the master itself was held up: nobody is blamed for not having been heard. */
const lateMs = 1000;
const minTimerMs = 5;

/** Keeps the slots of a suite going by the moves that policy decides. */
export class Master {
  readonly #parts: MasterParts;
  readonly #children = new Map<string, Child>();
  readonly #meters = new Map<string, readonly Sample[]>();
  readonly #waiters = new Set<Waiter>();
  readonly #crowd = new Crowd();
  readonly #events: SuiteEvent[] = [];
  #suite: Suite;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = 0;
  #dispatching = false;

  constructor(suite: Suite, parts: MasterParts) {
    this.#suite = suite;
    this.#parts = parts;
  }

  get suite(): Suite {
    return this.#suite;
  }

  get status(): Status {
    const { stopping, roll, rolling, stopped, paused } = this.#suite;
    const { now } = this.#parts;
    return {
      pid: process.pid,
      uptimeMs: Math.round(process.uptime() * 1000),
      memory: process.memoryUsage.rss(),
      stopping,
      reloading: rolling !== undefined || roll.length > 0,
      stopped: [...stopped],
      paused: [...paused],
      workers: [...workersOf(this.#suite, this.#meters, now(), wallClock.now())],
    };
  }

  /** Lets the policy decide about an event; events that come from its actions follow in order. */
  dispatch(event: SuiteEvent): void {
    this.#events.push(event);
    if (this.#dispatching) return;
    this.#dispatching = true;
    try {
      for (let next = this.#events.shift(); next; next = this.#events.shift()) {
        const step = stepSuite(this.#seen(), next, this.#parts.now());
        this.#suite = step.suite;
        for (const action of step.actions) this.#act(action);
      }
    } finally {
      this.#dispatching = false;
    }
    this.#setTimer();
    for (const waiter of this.#waiters) {
      if (waiter.look(this.#suite)) this.#waiters.delete(waiter);
    }
  }

  /** The suite, and how busy the machine is where that matters. */
  #seen(): Suite {
    if (![...this.#suite.sizes.values()].some(mayGrow)) return this.#suite;
    return { ...this.#suite, isCrowded: this.#crowd.look() };
  }

  /** Resolves when the suite is as wanted (true), or when that takes too long (false). */
  until(condition: (suite: Suite) => boolean, withinMs?: number): Promise<boolean> {
    if (condition(this.#suite)) return Promise.resolve(true);
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const waiter: Waiter = {
        look: (suite) => {
          if (!condition(suite)) return false;
          clearTimeout(timer);
          resolve(true);
          return true;
        },
      };
      this.#waiters.add(waiter);
      if (withinMs === undefined) return;
      timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        resolve(false);
      }, withinMs);
    });
  }

  /** Called after every event. */
  watch(look: (suite: Suite) => void): void {
    this.#waiters.add({
      look: (suite) => {
        look(suite);
        return false;
      },
    });
  }

  /** Says something to all workers. */
  tellAll(message: ToWorker): void {
    for (const child of this.#children.values()) child.send(message);
  }

  /** Patience is over. */
  killAll(): void {
    for (const child of this.#children.values()) child.signal('SIGKILL');
  }

  #act(action: SuiteAction): void {
    const child = this.#children.get(action.slot);
    switch (action.kind) {
      case 'fork':
        this.#start(action.slot, action.lastExit, false);
        return;
      case 'recover':
        this.#start(action.slot, undefined, true);
        return;
      case 'send':
        child?.send(action.message);
        return;
      case 'signal':
        child?.signal(action.signal);
        return;
      case 'note':
        this.#parts
          .log()
          [action.level]({ event: 'worker', worker: action.slot, pid: child?.pid }, action.text);
    }
  }

  #start(name: string, lastExit: string | undefined, recoverOnly: boolean): void {
    const slot = this.#suite.slots.get(name);
    if (!slot) return;
    const { runner, number } = slot;
    const { memoryBytes, threads } = runner;
    this.#meters.delete(name);
    const child = startWorker(
      this.#parts.program,
      { name, runner: runner.name, slot: number, lastExit, recoverOnly, memoryBytes, threads },
      {
        said: (message) => this.#hear(name, message),
        ended: (ending) => {
          this.#children.delete(name);
          this.dispatch({ kind: 'slot', slot: name, event: { kind: 'ended', ending } });
        },
      },
    );
    this.#children.set(name, child);
    if (child.pid === undefined) return;
    this.dispatch({ kind: 'slot', slot: name, event: { kind: 'forked', pid: child.pid } });
  }

  #hear(name: string, message: FromWorker): void {
    if (message.kind === 'recycle') {
      this.dispatch({ kind: 'slot', slot: name, event: message });
      return;
    }
    const { done, cpuMs } = message;
    const sample = { at: this.#parts.now(), done, cpuMs };
    this.#meters.set(name, addSample(this.#meters.get(name) ?? [], sample));
    this.dispatch({ kind: 'slot', slot: name, event: { kind: 'beat', beat: message } });
  }

  /** A timer that comes too early does no harm, so it is only set anew to come earlier. */
  #setTimer(): void {
    const due = suiteDueAt(this.#suite);
    if (due === undefined || (this.#timer && this.#timerAt <= due)) return;
    clearTimeout(this.#timer);
    const { now } = this.#parts;
    this.#timerAt = due;
    this.#timer = setTimeout(
      () => {
        const late = now() - due;
        this.#timer = undefined;
        this.dispatch({ kind: 'tick', deafMs: late > lateMs ? late : 0 });
      },
      Math.max(minTimerMs, due - now()),
    );
  }
}
