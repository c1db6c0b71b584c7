/** The throw-away folder of a demo: a site, the sink that plays its MTA, and what is said to them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { killTree } from '../ends.ts';
import { nodesNaming } from '../processes.ts';
import { within } from '../suite.ts';

const cliProgram = pathOf('../../src/cli/main.js');
const sinkProgram = pathOf('../../test/sink.js');
export const injectProgram: string = pathOf('../../../bin/listmill-inject');

/** No command of the demo takes longer on a machine that works. */
const commandMs = 60_000;

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

export type Place = {
  readonly root: string;
  readonly site: string;
  /** A Maildir: what the sink was handed. */
  readonly delivered: string;
  readonly log: string;
  readonly archive: string;
  /** `listmill` for this site, and what stops all that runs in here. */
  readonly command: string;
  readonly stopCommand: string;
};

export function makePlace(): Place {
  const root = mkdtempSync(join(tmpdir(), 'listmill-demo-'));
  const site = join(root, 'site');
  const place: Place = {
    root,
    site,
    delivered: join(root, 'delivered'),
    log: join(site, 'var', 'log', 'listmill.log'),
    archive: join(site, 'var', 'archive'),
    command: join(root, 'listmill'),
    stopCommand: join(root, 'stop'),
  };
  const call = `'${process.execPath}' '${cliProgram}' --site '${site}'`;
  writeProgram(place.command, `exec ${call} "$@"\n`);
  return place;
}

function writeProgram(path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\n${text}`);
  chmodSync(path, 0o755);
}

/** Runs `listmill`; gives what it printed, and throws what it complained of. */
export async function listmill(place: Place, ...args: readonly string[]): Promise<string> {
  return await run(process.execPath, [cliProgram, '--site', place.site, ...args]);
}

/** Runs a program to its end, with `input` on its standard input. */
export async function run(program: string, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  // A program that refuses need not read what it is given.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const ended = once(child, 'close');
  const [code] = (await within(commandMs, `${program} ${args.join(' ')}`, ended)) as [number];
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}\nended with ${code}: ${text}`);
  return text.trim();
}

/** Writes values into the site's configuration: `lmtp.listen`, where it stands commented out. */
export function configure(place: Place, values: Readonly<Record<string, string>>): void {
  const file = join(place.site, 'config', 'listmill.toml');
  let text = readFileSync(file, 'utf8');
  for (const [name, value] of Object.entries(values)) {
    const [section, key] = name.split('.');
    const line = new RegExp(`^(\\[+${section}\\]+\n(?:(?!\\[).*\n)*?)#${key} = .*$`, 'm');
    if (!line.test(text)) throw new Error(`${file} has no line "#${key} = ..." in [${section}]`);
    text = text.replace(line, `$1${key} = ${value}`);
  }
  writeFileSync(file, text);
}

export type RunningSink = { readonly port: number; readonly pid: number };

/** The sink as a process of its own, which stays when the demo ends and shall stay. */
export async function startDemoSink(place: Place): Promise<RunningSink> {
  const child: ChildProcess = spawn(
    process.execPath,
    [sinkProgram, '--port', '0', '--store', place.delivered, '--stay'],
    { stdio: ['ignore', 'pipe', 'ignore'], detached: true },
  );
  child.unref();
  if (!child.stdout || child.pid === undefined) throw new Error('the sink did not start');
  const ready = once(createInterface({ input: child.stdout }), 'line');
  const [line] = (await within(commandMs, 'the sink listens', ready)) as [string];
  child.stdout.destroy();
  const { pid } = child;
  writeProgram(place.stopCommand, `'${place.command}' stop\nkill ${pid}\n`);
  return { port: (JSON.parse(line) as { port: number }).port, pid };
}

/**
 * Ends what runs in here at once, and waits until it is gone: for a demo that is broken off. A
 * master may be starting somebody just now, and a killed process takes a while to go.
 */
export function killAll({ root }: Place): void {
  const until = Date.now() + commandMs;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let left = nodesNaming(root); left.length > 0 && Date.now() < until; ) {
    for (const pid of left) killTree(pid);
    Atomics.wait(pause, 0, 0, 10);
    left = nodesNaming(root);
  }
}
