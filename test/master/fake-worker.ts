/**
 * A worker for the tests of the master: `fake-worker.js SITE_ROOT RUNNER SLOT ...`.
 *
 * `behaviour.json` in the site's folder says, for a slot, how each of its lives goes (the last
 * one repeats). Every life is written to `lives/<slot>`, a line at each thing that happens.
 */
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Beat, workerExit } from '../../src/engine/ipc.ts';
import { holdLock } from '../../src/ground/lock.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'last-exit': { type: 'string' }, 'recover-only': { type: 'boolean' } },
});
const [root = '', runner = '', slot = ''] = positionals;
const name = `${runner}-${slot}`;
const livesFolder = join(root, 'lives');
mkdirSync(livesFolder, { recursive: true });

function write(event: string): void {
  appendFileSync(join(livesFolder, name), `${process.pid} ${event}\n`);
}

function livesBefore(): number {
  try {
    const text = readFileSync(join(livesFolder, name), 'utf8');
    return text.split('\n').filter((line) => line.endsWith(' born')).length;
  } catch {
    return 0;
  }
}

function behaviour(): string {
  try {
    const all: unknown = JSON.parse(readFileSync(join(root, 'behaviour.json'), 'utf8'));
    const own: unknown = typeof all === 'object' && all !== null && Reflect.get(all, name);
    const lives = Array.isArray(own) ? own : ['good'];
    return String(lives[Math.min(livesBefore(), lives.length - 1)]);
  } catch {
    return 'good';
  }
}

if (values['recover-only']) {
  write('recovers');
  process.exit(workerExit.done);
}

const how = behaviour();
write('born');
if (values['last-exit'] !== undefined) write(`after ${values['last-exit']}`);
if (how === 'hopeless') {
  process.stderr.write('Error: Cannot find module x\n');
  process.exit(workerExit.hopeless);
}
if (how === 'explode') {
  const kept: number[][] = [];
  for (;;) kept.push(Array.from({ length: 10_000 }, (_, at) => at + kept.length));
}
if (how === 'crash') throw new TypeError('nothing is there');
// Blocks the whole process: no beat, no signal handler.
if (how === 'stuck') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);

const lock = await holdLock(livesFolder.concat(`-${name}`), { waitMs: 30_000 });
if (lock === 'held') process.exit(workerExit.failed);
write('holds');

let state: Beat['state'] = 'idle';
let waiting = 0;
let memory = 50 * 1024 * 1024;

function beat(): void {
  if (!process.connected) return;
  process.send?.({ kind: 'beat', state, done: 3, waiting, memory, cpuMs: 5 } satisfies Beat);
}

function leave(why: string): void {
  write(why);
  if (how === 'stubborn') return;
  state = 'draining';
  beat();
  if (how === 'deaf') return;
  process.exit(workerExit.done);
}

process.on('SIGTERM', () => {
  write('SIGTERM');
  // The deaf one does not hear words, but hears signals.
  if (how !== 'stubborn') process.exit(workerExit.done);
});
process.on('SIGINT', () => undefined);
process.on('disconnect', () => {
  write('alone');
  // The slow one takes its time over what it has in hand.
  setTimeout(
    () => {
      write('gone');
      process.exit(workerExit.done);
    },
    how === 'slow' ? 500 : 0,
  );
});
if (process.send !== undefined && !process.connected) process.exit(workerExit.done);
process.on('message', (message) => {
  const kind = typeof message === 'object' && message !== null && Reflect.get(message, 'kind');
  if (kind === 'drain') leave('drains');
  else if (kind === 'pause' || kind === 'resume') {
    state = kind === 'pause' ? 'paused' : 'idle';
    write(String(kind));
    beat();
  } else write(String(kind));
});
if (how === 'mute') setInterval(() => undefined, 1000);
else {
  if (how === 'busy') waiting = 1000;
  if (how === 'fat') memory = 4 * 1024 ** 3;
  beat();
  setInterval(beat, 100);
}
