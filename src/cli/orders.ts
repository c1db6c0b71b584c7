/** `stop`, `restart`, `reload`, `reopen`, `pause`, `resume`: orders to the master that runs. */
import type { Request } from '../engine/control.ts';
import type { SitePaths } from '../ground/config.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { holdLock } from '../ground/lock.ts';
import { runnerNames } from '../model/runners.ts';
import { ask, pathsOf, tell } from './asking.ts';
import type { Io, Verb } from './command.ts';
import { note, writeLine } from './output.ts';
import { startSuite } from './start.ts';

const namesHelp = 'runners (outgoing) or single workers (outgoing-2); none means all';
/** From the last word of a master to its end. */
const endMs = 10_000;

export const stop: Verb = (program, io) => {
  program
    .command('stop')
    .description('stop the suite or some runners; what they have in hand is finished')
    .argument('[runner...]', namesHelp)
    .addHelpText(
      'after',
      '\nReturns when it is true. A runner stays stopped until "listmill start" names it, or the\n' +
        'suite is started anew; mail for it waits in its queue.',
    )
    .action(async (names: string[]) => {
      const paths = pathsOf(io);
      const asked = await ask(io, paths, { verb: 'stop', names });
      if (asked === 'down') {
        checkNames(names);
        await note(io, 'The suite is not running.');
      } else if (names.length > 0 || (asked !== 'gone' && !asked.ok)) await tell(io, asked);
      else await awaitEnd(io, paths);
    });
};

/** `restart`: new processes for the suite, or for some runners. */
export const restart: Verb = (program, io) => {
  program
    .command('restart')
    .description('replace the workers of the suite or of some runners, in order')
    .argument('[runner...]', namesHelp)
    .addHelpText(
      'after',
      '\nThe master itself stays: after an upgrade use "listmill stop" and "listmill start" (or\n' +
        '"systemctl restart listmill"). Where the suite is not running, it is started.',
    )
    .action(async (names: string[]) => {
      const paths = pathsOf(io);
      const asked = await ask(io, paths, { verb: 'restart', names });
      if (asked === 'down') await startSuite(io, paths, names);
      else await tell(io, asked);
    });
};

/** `reload`: the configuration is read again. */
export const reload: Verb = (program, io) => {
  program
    .command('reload')
    .description('read the configuration again; workers are replaced one by one')
    .addHelpText('after', '\nA configuration that is wrong is refused, and the old one stays.')
    .action(() => order(io, { verb: 'reload' }));
};

/** `reopen`: the log files are opened again. */
export const reopen: Verb = (program, io) => {
  program
    .command('reopen')
    .description('open the log files again, after they were rotated')
    .action(() => order(io, { verb: 'reopen' }));
};

/** `pause`: workers stay, and take nothing more. */
export const pause: Verb = (program, io) => {
  program
    .command('pause')
    .description('let runners take nothing more from their queues')
    .argument('[runner...]', namesHelp)
    .action((names: string[]) => order(io, { verb: 'pause', names }));
};

/** `resume`: what was paused goes on. */
export const resume: Verb = (program, io) => {
  program
    .command('resume')
    .description('let paused runners go on')
    .argument('[runner...]', namesHelp)
    .action((names: string[]) => order(io, { verb: 'resume', names }));
};

async function order(io: Io, request: Request): Promise<void> {
  const asked = await ask(io, pathsOf(io), request);
  if (asked !== 'down') return tell(io, asked);
  throw new UsageError('the suite is not running; "listmill start" starts it', exit.unavailable);
}

/** A name that no suite has is a slip of the pen, also while none runs to say so. */
function checkNames(names: readonly string[]): void {
  const strange = names.find((name) => !runnerNames.includes(name.replace(/-\d+$/, '')));
  if (strange === undefined) return;
  const known = runnerNames.join(', ');
  throw new UsageError(`there is no runner "${strange}"; there are ${known}`, exit.failure);
}

async function awaitEnd(io: Io, paths: SitePaths): Promise<void> {
  const lock = await holdLock(paths.var, { waitMs: endMs });
  if (lock === 'held') throw new UsageError('the master does not end', exit.failure);
  lock.release();
  await writeLine(io, 'The suite is stopped.');
}
