/** Reads what is appended to a log; each call gives the new whole lines. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export type LogLine = Readonly<Record<string, unknown>>;

export class LogTail {
  readonly #path: string;
  #at = 0;
  #rest = '';
  /** Made once: one for each look, five hundred a second, took a fifth of a core from the measured. */
  readonly #chunk = Buffer.allocUnsafeSlow(256 * 1024);

  constructor(path: string) {
    this.#path = path;
  }

  lines(): readonly LogLine[] {
    if (!existsSync(this.#path)) return [];
    const fd = openSync(this.#path, 'r');
    const chunk = this.#chunk;
    let text = this.#rest;
    try {
      for (;;) {
        const n = readSync(fd, chunk, 0, chunk.length, this.#at);
        if (n === 0) break;
        this.#at += n;
        text += chunk.toString('latin1', 0, n);
      }
    } finally {
      closeSync(fd);
    }
    const lines = text.split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.map((line) => JSON.parse(line) as LogLine);
  }

  /** Waits until `wanted` lines of an event have come, and gives them. */
  async waitFor(event: string, wanted: number, timeoutMs = 120_000): Promise<readonly LogLine[]> {
    const found: LogLine[] = [];
    const until = performance.now() + timeoutMs;
    while (found.length < wanted) {
      found.push(...this.lines().filter((line) => line['event'] === event));
      if (performance.now() > until) {
        throw new Error(`${found.length} of ${wanted} "${event}" in ${timeoutMs} ms`);
      }
      if (found.length < wanted) await sleep(2);
    }
    return found;
  }
}
