/** Tells what happens to a posting while it happens. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type LogLine, LogTail } from '../log-tail.ts';
import { narrate, rootOf } from './narrate.ts';

/** How one posting went, ms since it was given. */
export type Passage = { readonly firstMs: number; readonly lastMs: number };

const lookMs = 10;

export class Show {
  readonly #tail: LogTail;
  readonly #say: (line: string) => void;
  readonly #lines: LogLine[] = [];

  constructor(logFile: string, say: (line: string) => void) {
    this.#tail = new LogTail(logFile);
    this.#say = say;
  }

  /** The last lines of the log, for a person who wants to know what went wrong. */
  last(count: number): readonly string[] {
    this.#lines.push(...this.#tail.lines());
    return this.#lines.slice(-count).map((line) => JSON.stringify(line));
  }

  /** Lines that were written before the posting are none of its own. */
  skip(): void {
    this.#lines.push(...this.#tail.lines());
  }

  /** Tells until the posting is with everybody (`arrived`) and in the archive. */
  async follow(
    began: number,
    limitMs: number,
    arrived: () => boolean,
    signal: AbortSignal,
  ): Promise<Passage> {
    const seen = new Map<string, Set<string>>();
    const handed: number[] = [];
    const until = Date.now() + limitMs;
    const through = (): boolean =>
      [...seen.values()].some((events) => events.has('mailing-finished') && events.has('archived'));
    for (;;) {
      for (const line of this.#next()) {
        const at = Date.parse(String(line['time'])) - began;
        const told = narrate(line);
        if (told) this.tell(told.runner, told.text, at);
        if (isParked(line)) throw new Error(`the posting is in ${line['fate']}: ${line['why']}`);
        const events = seen.get(rootOf(line)) ?? new Set();
        seen.set(rootOf(line), events.add(String(line['event'])));
        if (line['event'] === 'delivered') handed.push(at);
      }
      if (through() && arrived()) break;
      if (Date.now() > until) {
        throw new Error(
          `after ${limitMs / 1000} s the posting ${through() ? 'is not with every member' : 'is not through'}`,
        );
      }
      await sleep(lookMs, undefined, { signal });
    }
    return { firstMs: Math.min(...handed), lastMs: Math.max(...handed) };
  }

  /** New lines; processes write side by side, so they are put in order of time. */
  #next(): readonly LogLine[] {
    const lines = [...this.#tail.lines()];
    lines.sort((a, b) => (String(a['time']) < String(b['time']) ? -1 : 1));
    this.#lines.push(...lines);
    return lines;
  }

  /** One line of the show, `at` ms after the posting was given. */
  tell(runner: string, text: string, at: number): void {
    this.#say(`${String(at).padStart(6)} ms  ${runner.padEnd(9)} ${text}`);
  }
}

/** Aside, for a person: it will not come through. */
function isParked(line: LogLine): boolean {
  return ['held', 'shunt', 'bad'].includes(String(line['fate']));
}
