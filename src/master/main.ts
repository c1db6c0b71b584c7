/**
 * The main program of the master: `main.js SITE_ROOT [--only RUNNER]...`.
 *
 * It forks the workers, watches and replaces them, and answers at the control socket. It knows
 * the names of runners and nothing of mail. `TERM` and `INT` end it in order, `HUP` reads the
 * configuration again, `USR1` opens the logs again.
 */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Birth } from '../engine/control.ts';
import { workerProgram } from '../engine/programs.ts';
import { exit } from '../ground/errors.ts';
import { runMaster } from './run.ts';

/** Runs the program; `born` is told whether it came up. Gives the exit code. */
export async function main(args: readonly string[], born = tellParent): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      only: { type: 'string', multiple: true, default: [] },
      program: { type: 'string', default: workerProgram },
    },
  });
  const [root] = positionals;
  if (root === undefined) {
    process.stderr.write('usage: main.js SITE_ROOT [--only RUNNER]...\n');
    return exit.usage;
  }
  const { only, program } = values;
  return runMaster({ root: resolve(root), only, program, born });
}

/** Who started us in the background waits for this; without such a one, a line is written. */
function tellParent(birth: Birth): void {
  if (process.send === undefined) {
    process.stderr.write(`listmill master: ${birth.text}\n`);
    return;
  }
  process.send(birth, undefined, {}, () => process.connected && process.disconnect());
}

if (realpathSync(process.argv[1] ?? '.') === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
  // A client that waits for our end, and whatever else is open, must not keep us.
  process.exit();
}
