/**
 * A worker that dies of any message with the word "poison" in it: `poisoned.js ROOT LAST-EXIT`.
 * It ends by itself when its queue is empty.
 */
import { readFileSync } from 'node:fs';
import type { Desk } from '../../src/engine/desk.ts';
import { recoverClaims } from '../../src/engine/recover.ts';
import { Worker } from '../../src/engine/worker.ts';
import { silentLog } from '../../src/ground/log.ts';
import { finish } from '../../src/model/outcome.ts';
import { Spool } from '../../src/spool/spool.ts';
import { makeLedger, workerName } from './house.ts';

const [root = '', lastExit = ''] = process.argv.slice(2);
const spool = new Spool(root);
const ledger = makeLedger();
const log = silentLog;
const queue = 'incoming';
const parts = { spool, ledger, log, now: Date.now(), maxTries: 3, lastExit };
await spool.ensureWorker(queue, workerName);
await recoverClaims(parts, queue, [], workerName);
const worker = new Worker({
  site: { spool, log },
  name: workerName,
  route: { reads: queue, writes: [], batch: 8 },
  ledger,
  desk: () => ({}) as Desk,
  now: Date.now,
  pollMs: 60_000,
  changed: () => undefined,
  step: async ({ message }) => {
    const text = readFileSync(message, 'utf8');
    if (text.includes('poison')) process.kill(process.pid, 'SIGKILL');
    // The innocent take their time: they are in hand when it happens.
    await new Promise((resolve) => setTimeout(resolve, 5));
    return { fate: finish };
  },
});
setInterval(() => {
  const { state, waiting } = worker.report;
  if (state === 'idle' && waiting === 0) worker.drain();
}, 20).unref();
await worker.run();
