/** The suite under torture: its master is killed and started again, its workers are killed. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { killTree } from '../../bench/ends.ts';
import { askMaster } from '../../src/engine/control.ts';
import { masterProgram } from '../../src/engine/programs.ts';
import type { Site } from '../../src/engine/site.ts';
import type { Chance } from './torment.ts';

const clock = fileURLToPath(new URL('./clock.js', import.meta.url));

/** A master that comes back. */
export class Victim {
  readonly #site: Site;
  readonly #clockFile: string;
  #master: ChildProcess | undefined;
  masters = 0;
  workers = 0;
  /** Of `outgoing`, which had something in hand. */
  handing = 0;

  constructor(site: Site, clockFile: string) {
    this.#site = site;
    this.#clockFile = clockFile;
  }

  get pid(): number | undefined {
    return this.#master?.pid;
  }

  async start(): Promise<void> {
    for (;;) {
      const master = fork(masterProgram, [this.#site.paths.root], {
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        execArgv: ['--import', clock],
        env: { ...process.env, LISTMILL_CLOCK: this.#clockFile },
      });
      const [word] = await Promise.race([once(master, 'message'), once(master, 'exit')]);
      if (typeof word === 'object' && word !== null && 'running' in word && word.running) {
        this.#master = master;
        return;
      }
      // Workers of the one before may still be on their way out.
      killTree(master.pid ?? 0);
      await sleep(200);
    }
  }

  async killMaster(): Promise<void> {
    const master = this.#master;
    if (!master) return;
    this.masters += 1;
    this.handing += (await this.#working()).length;
    const gone = once(master, 'exit');
    // Half of the time all at once, as when the machine runs out of memory.
    if (this.masters % 2 === 0) killTree(master.pid ?? 0);
    else master.kill('SIGKILL');
    await gone;
    await this.start();
  }

  async killWorker(chance: Chance): Promise<void> {
    const asked = await askMaster(this.#site.paths, { verb: 'status' });
    const all = typeof asked === 'object' ? (asked.status?.workers ?? []) : [];
    const alive = all.filter(({ pid }) => pid !== undefined);
    const busy = alive.filter(({ state }) => state === 'working');
    const from = busy.length > 0 ? busy : alive;
    const one = from[Math.floor(chance() * from.length)];
    if (one?.pid === undefined) return;
    try {
      process.kill(one.pid, 'SIGKILL');
      this.workers += 1;
      if (one.runner === 'outgoing') this.handing += 1;
    } catch {
      // It has ended by itself.
    }
  }

  async stop(): Promise<void> {
    const master = this.#master;
    if (!master || master.exitCode !== null) return;
    const gone = once(master, 'exit');
    master.kill('SIGTERM');
    await gone;
  }

  destroy(): void {
    if (this.#master?.pid !== undefined) killTree(this.#master.pid);
  }

  async #working(): Promise<readonly string[]> {
    const asked = await askMaster(this.#site.paths, { verb: 'status' }).catch(
      () => 'gone' as const,
    );
    const workers = typeof asked === 'object' ? (asked.status?.workers ?? []) : [];
    return workers
      .filter(({ runner, state }) => runner === 'outgoing' && state === 'working')
      .map(({ name }) => name);
  }
}
