/** `listmill cron`: what cron, or a timer, starts. Each task is safe twice and beside mail. */
import { fileURLToPath } from 'node:url';
import { tasks } from '../cron/index.ts';
import { runTask } from '../engine/cron.ts';
import { findSite } from '../ground/config.ts';
import { exit, UsageError } from '../ground/errors.ts';
import type { Task } from '../model/task.ts';
import { jsonOption } from './arguments.ts';
import type { Io, Verb } from './command.ts';
import { type Format, list as listing, note, writeLine } from './output.ts';

const names = tasks.map(({ name }) => name).join(', ');

type Options = Format & { readonly list?: boolean; readonly dryRun?: boolean };

export const cron: Verb = (program, io) => {
  program
    .command('cron')
    .description('maintenance: run a task, or list them as a crontab')
    .argument('[task]', `one of: ${names}`)
    .option('--list', 'print a crontab')
    .option('--dry-run', 'only say what would be done')
    .addOption(jsonOption())
    .addHelpText('after', `\nTasks:\n${tasks.map(helpOf).join('\n')}`)
    .action(async (name: string | undefined, options: Options) => {
      if (options.list) return printCrontab(io, options);
      if (options.json) throw new UsageError('--json goes with --list');
      const task = tasks.find((one) => one.name === name);
      if (!task) throw new UsageError(`which task? There are ${names}; or say --list`);
      await run(io, task, options.dryRun === true);
    });
};

function helpOf({ name, help }: Task): string {
  return `  ${name.padEnd(8)} ${help}`;
}

async function run(io: Io, task: Task, dryRun: boolean): Promise<void> {
  const site = await io.site();
  const remark = (text: string) =>
    dryRun ? writeLine(io, text) : note(io, `listmill: ${task.name}: ${text}`);
  const report = await runTask(site, task, { now: io.now(), dryRun, remark });
  if (report.kind === 'busy') {
    await writeLine(io, `${task.name}: runs already; nothing was done`);
    return;
  }
  const failed = report.failed > 0 ? `; ${report.failed} failed` : '';
  await writeLine(io, `${task.name}${dryRun ? ' (dry run)' : ''}: ${report.text}${failed}`);
  if (report.failed > 0) io.exit(exit.failure);
}

/** With full paths: cron has hardly any PATH, and no current folder to speak of. */
async function printCrontab(io: Io, { json }: Format): Promise<void> {
  const site = findSite(io.siteOption, io.cwd);
  const program = fileURLToPath(new URL('./main.js', import.meta.url));
  const words = [process.execPath, program, '--site', site];
  if (json) {
    const rows = tasks.map(({ name, schedule, help }) => {
      return { name, schedule, help, command: [...words, 'cron', name] };
    });
    await listing(io, { json }, rows, []);
    return;
  }
  const command = words.map(quoted).join(' ');
  await writeLine(io, `# For the crontab of the suite's user. What goes wrong is mailed to him.`);
  for (const { name, schedule, help } of tasks) {
    await writeLine(io, `# ${name}: ${help}`);
    await writeLine(io, `${schedule} ${command} cron ${name} >/dev/null`);
  }
}

/** For the shell, and for cron, to which % is a line end. */
function quoted(text: string): string {
  const plain = /^[\w./:@+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
  return plain.replaceAll('%', '\\%');
}
