/** Runs the pipe command as an MTA does, on a spool of its own, and looks at what it left. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { EntryMeta } from '../../src/model/entry.ts';
import { parseMeta } from '../../src/model/entry-text.ts';

export const command = fileURLToPath(new URL('../../../bin/listmill-inject', import.meta.url));

/** Where the tools of the system are; the tests put folders of their own before or instead. */
export const systemPath = ['/usr/local/bin', '/usr/bin', '/bin'].join(delimiter);

/** A shell, and the tools that come with it. */
export type Shell = {
  readonly name: string;
  readonly words: readonly string[];
  readonly path: string;
};

const standardShell: Shell = { name: 'sh', words: ['/bin/sh'], path: systemPath };

/** What must work: Debian's sh, the other common sh, and a small system where one is installed. */
export const shells: readonly Shell[] = [
  standardShell,
  { name: 'bash', words: ['bash', '--posix'], path: systemPath },
  ...busyboxShells(),
];

/** busybox with its own tools only, which know less than the GNU ones. */
function busyboxShells(): readonly Shell[] {
  const found = spawnSync('/bin/sh', ['-c', 'command -v busybox'], { encoding: 'utf8' });
  const busybox = found.stdout.trim();
  if (busybox === '') return [];
  const path = mkdtempSync(join(tmpdir(), 'listmill-busybox-'));
  spawnSync(busybox, ['--install', '-s', path]);
  process.on('exit', () => rmSync(path, { recursive: true, force: true }));
  return [{ name: 'busybox', words: [busybox, 'ash'], path }];
}

const patienceMs = 20_000;

export type Ending = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
};

export type Injecting = {
  readonly process: ChildProcess;
  /** Ends when the command has ended and has left no process behind. */
  readonly ending: Promise<Ending>;
};

export type InjectOptions = {
  readonly shell?: Shell;
  /** All of standard input; without it the test writes to `process.stdin` itself. */
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Shell words that run before the command, in its process: `ulimit -f 1`, `exec <&-`. */
  readonly before?: string;
  readonly uid?: number;
};

/** Starts the command in a process group of its own. */
export function startInject(args: readonly string[], options: InjectOptions = {}): Injecting {
  const shell = options.shell ?? standardShell;
  const words = [...shell.words, command, ...args];
  const line = `${options.before ?? ':'}; exec "$@"`;
  const child = spawn('/bin/sh', ['-c', line, 'sh', ...words], {
    env: { PATH: shell.path, ...options.env },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (output += text));
  // The command may end without having read all.
  child.stdin.on('error', () => undefined);
  if (options.input !== undefined) child.stdin.end(options.input);
  const ending = new Promise<Ending>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      groupEnded(child.pid ?? 0).then(() => resolve({ code, signal, output }), reject);
    });
  });
  return { process: child, ending };
}

export function inject(args: readonly string[], options: InjectOptions = {}): Promise<Ending> {
  return startInject(args, { input: '', ...options }).ending;
}

/** Waits until a condition holds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!holds()) {
    assert.ok(performance.now() < deadline, `still waiting: ${what}`);
    await pause(5);
  }
}

/** Who has ended and only waits for an absent-minded init does not count. */
function groupEnded(group: number): Promise<void> {
  return until(`process group ${group} is empty`, () => {
    try {
      process.kill(-group, 0);
    } catch {
      return true;
    }
    const stats = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return !stats.some((pid) => {
      const [state, , pgrp] = statOf(pid);
      return Number(pgrp) === group && state !== 'Z';
    });
  });
}

/** State, parent, group ... of a process; nothing when it has ended meanwhile. */
function statOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return [];
  }
}

export type Taken = { readonly meta: EntryMeta; readonly bytes: Buffer; readonly inode: number };

/** A spool with the queue `incoming` and nothing in it. */
export class InjectSpool {
  readonly folder: string;

  constructor(folder = mkdtempSync(join(tmpdir(), 'listmill-inject-'))) {
    this.folder = folder;
    mkdirSync(join(folder, 'incoming', 'tmp'), { recursive: true });
    mkdirSync(join(folder, 'incoming', 'new', '5'), { recursive: true });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  get args(): readonly string[] {
    return ['--spool', this.folder];
  }

  /** Every entry in `new`, checked to be whole and rightly named, by recipient. */
  taken(priority = 5): readonly Taken[] {
    const folder = join(this.folder, 'incoming', 'new', String(priority));
    const found = readdirSync(folder).map((name) => {
      assert.deepEqual(readdirSync(join(folder, name)).sort(), ['entry.json', 'message.eml']);
      const text = readFileSync(join(folder, name, 'entry.json'), 'utf8');
      const parsed = parseMeta(text, name.split('.')[1] ?? '');
      assert.equal(parsed.kind, 'meta', text);
      const { meta } = parsed;
      assert.equal(meta.priority, priority);
      assert.equal(text, `${JSON.stringify(JSON.parse(text))}\n`, 'one line, nothing more');
      assert.match(meta.id, /^[a-z0-9]{1,60}$/);
      assert.equal(name, `${meta.due}.${meta.id}.0`);
      assert.equal(String(meta.due).length, 13);
      const message = join(folder, name, 'message.eml');
      const bytes = readFileSync(message);
      assert.equal(meta.message.size, bytes.length);
      return { meta, bytes, inode: statSync(message).ino };
    });
    return found.sort((a, b) => (a.meta.id < b.meta.id ? -1 : 1));
  }

  /** The one entry that must be there. */
  single(): Taken {
    const all = this.taken();
    assert.equal(all.length, 1);
    return all[0] as Taken;
  }

  get leftovers(): readonly string[] {
    return readdirSync(join(this.folder, 'incoming', 'tmp'));
  }

  assertEmpty(): void {
    assert.deepEqual(this.taken(), []);
    assert.deepEqual(this.leftovers, []);
  }
}
