#!/usr/bin/env node
/** The command `listmill`. */
import { errorCode, exit } from '../ground/errors.ts';
import { run } from './program.ts';

// What we make is the suite's: its own user's and its group's, nobody else's.
process.umask(0o007);

// Whoever reads our output may have seen enough (`| head`): that is no error.
process.stdout.on('error', (error) => {
  process.exit(errorCode(error) === 'EPIPE' ? exit.ok : exit.ioErr);
});

process.exitCode = await run(process.argv.slice(2), {
  // Asked for only by those who read it: a stream that is touched may keep the process alive.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  isTerminal: process.stdout.isTTY === true,
  cwd: process.cwd(),
});
