/** The demo as a process, in a folder for temporary files that goes with the test. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { nodesNaming } from '../bench/processes.ts';

const program = fileURLToPath(new URL('../bench/demo.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'listmill-demo-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the demo with a folder for temporary files of its own. */
export async function demo(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ code: number; text: string; place: string }> {
  const tmp = mkdtempSync(join(folder, 'run-'));
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, TMPDIR: tmp, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const [code] = (await once(child, 'close')) as [number];
  const [place] = readdirSync(tmp);
  return { code, text, place: place === undefined ? '' : join(tmp, place) };
}

/** Who still runs in the folder of a demo that is over, once those had time to go who were told to. */
export async function leftIn(place: string): Promise<readonly number[]> {
  const until = Date.now() + 30_000;
  while (nodesNaming(place).length > 0 && Date.now() < until) await sleep(20);
  return nodesNaming(place);
}
