/**
 * The main program of a worker process: `process.js SITE_ROOT RUNNER SLOT [--last-exit TEXT]`.
 *
 * It holds its slot's lock before it touches a claim (no two workers with one folder of claims),
 * recovers what its predecessor left, works until it is told to leave, and beats. With
 * `--recover-only` it leaves after the recovery: the slot is retired.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { wallClock } from '../ground/clock.ts';
import { runnerConfig } from '../ground/config.ts';
import { exit, explain, isPassing, TransientError, UsageError } from '../ground/errors.ts';
import { holdLock } from '../ground/lock.ts';
import { runnerNames, slotName } from '../model/runners.ts';
import { leaveLimits } from '../spool/door-limits.ts';
import { startBeats } from './beats.ts';
import type { Route, Runner, Service } from './define.ts';
import { findDestination } from './desk.ts';
import { domainPolicies } from './domain-policies.ts';
import { type Beat, toWorkerSchema, workerExit } from './ipc.ts';
import { type Recovery, recoverClaims } from './recover.ts';
import { loadRunner } from './routes.ts';
import { openSite, type Site } from './site.ts';
import { Worker } from './worker.ts';

type Order = {
  readonly root: string;
  readonly runner: string;
  readonly slot: number;
  readonly lastExit: string | undefined;
  readonly recoverOnly: boolean;
};

const lockWaitMs = 30_000;

/** Runs the program; the exit code is one of `workerExit`. */
export async function main(args: readonly string[]): Promise<number> {
  let site: Site | undefined;
  try {
    const order = readOrder(args);
    const worker = slotName(order.runner, order.slot);
    site = openSite(order.root, { process: worker });
    const found = await loadRunner(order.runner);
    return await (found.kind === 'service'
      ? serve(site, found, order)
      : work(site, found, order, worker));
  } catch (error) {
    const hopeless = error instanceof UsageError || isLoadError(error);
    const told = { event: 'worker-failed', why: explain(error) };
    site?.log.fatal({ ...told, stack: error instanceof Error ? error.stack : undefined });
    process.stderr.write(`listmill worker: ${explain(error)}\n`);
    if (hopeless) return workerExit.hopeless;
    return isPassing(error) ? workerExit.failed : exit.software;
  } finally {
    await site?.close();
  }
}

function readOrder(args: readonly string[]): Order {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { 'last-exit': { type: 'string' }, 'recover-only': { type: 'boolean' } },
  });
  const [root, runner, slot] = positionals;
  if (root === undefined || runner === undefined || !runnerNames.includes(runner)) {
    throw new UsageError(`a worker is started by the master: SITE RUNNER SLOT, not ${args}`);
  }
  return {
    root,
    runner,
    slot: Number(slot ?? 1),
    lastExit: values['last-exit'],
    recoverOnly: values['recover-only'] ?? false,
  };
}

/** Whether a worker ended by itself, because of the house: then no entry made it end. */
function isBlameless(lastExit: string | undefined): boolean {
  const [, code] = /(?:^|, then )exit (\d+)(?::|$)/.exec(lastExit ?? '') ?? [];
  return code === String(workerExit.failed) || code === String(workerExit.hopeless);
}

function isLoadError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code === 'ERR_MODULE_NOT_FOUND' || error instanceof SyntaxError;
}

async function work(site: Site, runner: Runner, order: Order, name: string): Promise<number> {
  const { spool, config } = site;
  const { route } = runner;
  if (!existsSync(spool.paths.root)) {
    throw new TransientError(`the spool ${spool.paths.root} is not there (not mounted?)`);
  }
  spool.ensure();
  await spool.ensureWorker(route.reads, name);
  const claims = spool.paths.claimed(route.reads, name);
  const lock = await holdLock(claims, { waitMs: lockWaitMs, exists: true });
  if (lock === 'held') throw new Error(`another process is worker ${name}`);
  const store = await site.store();
  const recovery = {
    spool,
    ledger: store,
    log: site.log,
    now: wallClock.now(),
    maxTries: config.limits.crashes,
    lastExit: order.lastExit,
    blameless: isBlameless(order.lastExit),
  };
  await recoverClaims(recovery, route.reads, route.writes, name);
  if (order.slot === 1) await recoverStrangers(recovery, route, name);
  if (order.recoverOnly) return workerExit.done;
  if (route.reads === 'incoming' && order.slot === 1) await leaveLimits(spool, config.limits);
  const stop = new AbortController();
  const equipment = await runner.equip(site, stop.signal);
  const policies = domainPolicies(config, store.rules);
  const worker = new Worker({
    site,
    name,
    route: equipment.batch === undefined ? route : { ...route, batch: equipment.batch },
    step: equipment.step,
    beforeSettle: equipment.beforeSettle,
    ledger: store,
    desk: (now) => ({
      now,
      config,
      books: store,
      secret: site.secret(),
      log: site.log,
      dmarc: (domain) => policies(domain, now),
      destination: (recipient) => findDestination(store, recipient, config.site.separator),
    }),
    now: wallClock.now,
    pollMs: runnerConfig(config, order.runner).pollMs,
    changed: () => beats.soon(),
  });
  // What is under way with the outside world is ended at once: the rest of it can wait.
  const drain = () => {
    worker.drain();
    stop.abort();
  };
  const beats = startBeats(site, order.runner, () => worker.report, drain);
  obeyMaster(site, { drain, pause: (on) => worker.pause(on) });
  beats.now();
  try {
    await worker.run();
  } finally {
    beats.stop();
    stop.abort();
    await equipment.close();
  }
  return workerExit.done;
}

/** Claims of workers that nobody starts any more, because there are to be fewer of them now. */
async function recoverStrangers(recovery: Recovery, route: Route, self: string): Promise<void> {
  const { spool } = recovery;
  for (const worker of spool.workers(route.reads)) {
    if (worker === self || spool.claims(route.reads, worker).length === 0) continue;
    const lock = await holdLock(spool.paths.claimed(route.reads, worker), { exists: true });
    if (lock === 'held') continue;
    await recoverClaims(recovery, route.reads, route.writes, worker);
    lock.release();
  }
}

async function serve(site: Site, service: Service, order: Order): Promise<number> {
  if (order.recoverOnly) return workerExit.done;
  mkdirSync(site.paths.run, { recursive: true, mode: 0o770 });
  const lock = await holdLock(slotFolder(site, order), { waitMs: lockWaitMs });
  if (lock === 'held') throw new Error(`another process is ${slotName(order.runner, order.slot)}`);
  const stop = new AbortController();
  let state: Beat['state'] = 'starting';
  let done = 0;
  const drain = () => {
    state = 'draining';
    stop.abort();
  };
  const report = () => ({ state, why: undefined, current: undefined, done, waiting: 0 });
  const beats = startBeats(site, order.runner, report, drain);
  obeyMaster(site, { drain, pause: () => undefined });
  beats.now();
  try {
    await service.serve(site, stop.signal, (more = 0) => {
      done += more;
      if (state === 'starting') {
        state = 'idle';
        beats.now();
      }
    });
  } finally {
    beats.stop();
  }
  return workerExit.done;
}

/** Services claim nothing; their lock only keeps a second one of the same slot away. */
function slotFolder(site: Site, order: Order): string {
  const folder = join(site.paths.run, slotName(order.runner, order.slot));
  mkdirSync(folder, { recursive: true, mode: 0o770 });
  return folder;
}

type Orders = { drain(): void; pause(on: boolean): void };

/** TERM, INT, a closed channel and the master's word all end in an orderly way out. */
function obeyMaster(site: Site, orders: Orders): void {
  process.on('SIGTERM', orders.drain);
  process.on('SIGINT', orders.drain);
  process.on('SIGUSR1', site.reopenLog);
  process.on('disconnect', orders.drain);
  // A master that died while we were waiting for the lock or recovering is not told of again.
  if (process.send !== undefined && !process.connected) orders.drain();
  process.on('message', (text) => {
    const parsed = toWorkerSchema.safeParse(text);
    if (!parsed.success) return;
    const { kind } = parsed.data;
    if (kind === 'drain') orders.drain();
    else if (kind === 'pause' || kind === 'resume') orders.pause(kind === 'pause');
    else if (kind === 'reopen') site.reopenLog();
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
  // Handles that others left open (a pool of connections) must not keep a finished worker.
  process.exit();
}
