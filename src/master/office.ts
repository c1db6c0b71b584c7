/** What is around the master: the configuration, the log, signals, systemd. */
import type { Birth } from '../engine/control.ts';
import { monotonicUs, uptimeMs } from '../ground/clock.ts';
import { loadConfig, type SiteConfig } from '../ground/config.ts';
import { exit, explain, UsageError } from '../ground/errors.ts';
import { type OpenLog, openLog } from '../ground/log.ts';
import { plannedRunners } from '../model/runners.ts';
import { checkedSite } from '../model/site-check.ts';
import type { ControlSocket } from './control.ts';
import { Master } from './master.ts';
import { type Office, obey, reload, troublesOf } from './orders.ts';
import { summary } from './report.ts';
import { type MasterPlan, newSuite } from './suite.ts';
import type { Notifier } from './systemd.ts';

/** What the program was started with. */
export type Call = {
  readonly root: string;
  /** Runners to start with; none: all. */
  readonly only: readonly string[];
  /** The program of the workers; tests have their own. */
  readonly program: string;
  /** Told once, when all workers are up or known not to come up, or when there is no start. */
  readonly born: (birth: Birth) => void;
};

/** What a configuration means for the master. */
export function planOf({ config }: SiteConfig): MasterPlan {
  const { graceMs, backoffMs, maxBackoffMs, healthyMs, backlogPerWorker } = config.master;
  const runners = plannedRunners(config);
  return { runners, graceMs, backoffMs, maxBackoffMs, healthyMs, backlogPerWorker };
}

/** One master and what it needs of the world. */
export class MasterOffice implements Office {
  readonly master: Master;
  readonly now = uptimeMs;
  readonly #call: Call;
  #site: SiteConfig;
  #opened: OpenLog;
  control: ControlSocket | undefined;
  notifier: Notifier | undefined;

  constructor(call: Call, site: SiteConfig, plan: MasterPlan) {
    this.#call = call;
    this.#site = site;
    this.#opened = openLog(site.paths.log, site.config.log.level, 'master');
    const { log, run } = site.paths;
    const stderrFolder = log === 'stderr' ? undefined : run;
    this.master = new Master(newSuite(plan, call.only), {
      program: { path: call.program, siteRoot: call.root, stderrFolder },
      log: () => this.#opened.log,
      now: uptimeMs,
    });
  }

  get log(): OpenLog['log'] {
    return this.#opened.log;
  }

  readPlan(): MasterPlan {
    const site = checkedSite(loadConfig(this.#call.root));
    const plan = planOf(site);
    for (const place of ['spool', 'var'] as const) {
      if (site.paths[place] === this.#site.paths[place]) continue;
      const [was, is] = [this.#site.paths[place], site.paths[place]];
      throw new UsageError(`${place} moved from ${was} to ${is}: stop the suite, then start it`);
    }
    const { log: before } = this.#site.config;
    if (site.paths.log !== this.#site.paths.log || site.config.log.level !== before.level) {
      this.#opened = openLog(site.paths.log, site.config.log.level, 'master');
    } else this.reopenLog();
    this.control?.setMode(Number.parseInt(site.config.master.socketMode, 8));
    this.#site = site;
    return plan;
  }

  reopenLog(): void {
    this.#opened.reopen();
  }

  leave(): void {
    if (this.master.suite.stopping) return;
    this.log.info({ event: 'master' }, 'stops');
    this.notifier?.tell('STOPPING=1');
    this.master.dispatch({ kind: 'leave' });
  }

  /** All workers are up, or known not to come up: those who wait for it are told. */
  announce(inTime: boolean): void {
    const { master, notifier } = this;
    const slots = [...master.suite.slots.keys()];
    const troubles = troublesOf(master, slots);
    const text = troubles || summary(master.status.workers);
    const ok = inTime && troubles === '' && !master.suite.stopping;
    this.log[ok ? 'info' : 'error']({ event: 'master' }, ok ? `is up: ${text}` : text);
    if (!master.suite.stopping) notifier?.tell('READY=1');
    const status = () => summary(master.status.workers);
    master.watch((suite) => (suite.stopping ? undefined : notifier?.changed(status)));
    const running = !master.suite.stopping;
    this.#call.born({ ok, running, code: ok ? exit.ok : exit.failure, text });
  }

  /** Gives a function that ends the listening. */
  hearSignals(): () => void {
    const leave = (signal: string): void => {
      this.log.info({ event: 'master' }, `got ${signal}`);
      // Whoever says it twice does not want to wait.
      if (this.master.suite.stopping) this.master.killAll();
      else this.leave();
    };
    const heard: readonly (readonly [NodeJS.Signals, () => void])[] = [
      ['SIGTERM', () => leave('SIGTERM')],
      ['SIGINT', () => leave('SIGINT')],
      ['SIGHUP', () => void this.#reload()],
      ['SIGUSR1', () => void this.#reopen()],
    ];
    for (const [signal, act] of heard) process.on(signal, act);
    return () => {
      for (const [signal, act] of heard) process.off(signal, act);
    };
  }

  async #reopen(): Promise<void> {
    try {
      await obey(this, { verb: 'reopen' }, () => undefined);
    } catch (error) {
      this.log.error({ event: 'reopen' }, explain(error));
    }
  }

  async #reload(): Promise<void> {
    try {
      this.notifier?.tell('RELOADING=1', `MONOTONIC_USEC=${monotonicUs()}`);
      const reply = await reload(this);
      this.log[reply.ok ? 'info' : 'error']({ event: 'reload' }, reply.text);
    } catch (error) {
      this.log.error({ event: 'reload' }, explain(error));
    } finally {
      this.notifier?.tell('READY=1');
    }
  }
}
