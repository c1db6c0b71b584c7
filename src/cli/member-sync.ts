/** `listmill member sync`: makes a role of a list what a file says. */
import { UsageError } from '../ground/errors.ts';
import type { Stage } from '../store/store.ts';
import { asRole, findList, jsonOption, listHelp, roleOption } from './arguments.ts';
import type { Command, Io } from './command.ts';
import { type BulkOptions, stageRoster } from './member-bulk.ts';
import { type Format, progress, writeLine } from './output.ts';

/** Addresses of each kind that a preview shows; --all shows the others. */
const shown = 20;
/** A sync may always remove so many, whatever share of the list they are. */
const harmless = 10;
const defaultShare = '20';

type SyncOptions = BulkOptions &
  Format & {
    readonly apply?: boolean;
    readonly all?: boolean;
    readonly allowShrink?: boolean;
    readonly maxShrink: string;
  };

export function addSync(family: Command, io: Io): void {
  family
    .command('sync')
    .description('make a list what a file says: shows what would change, does it with --apply')
    .argument('<list>', listHelp)
    .argument('[file]', 'a file as for import; - is standard input', '-')
    .addOption(roleOption())
    .option('--apply', 'do it')
    .option('--all', 'show all addresses, not only the first')
    .option('--allow-shrink', 'however many would be removed')
    .option('--max-shrink <percent>', 'refuse to remove more than this share', defaultShare)
    .option('--skip-bad', 'pass over lines that cannot be read')
    .addOption(jsonOption())
    .action(async (text: string, file: string, options: SyncOptions) => {
      const role = (options.role === undefined ? undefined : asRole(options.role)) ?? 'member';
      const share = wantShare(options.maxShrink);
      const store = await (await io.site()).store();
      const { id } = await findList(store, text);
      using staged = await stageRoster(io, store, { ...options, id, file, role });
      const { stage } = staged;
      const limit = options.allowShrink === true ? undefined : { share, count: harmless };
      if (options.json !== true) await preview(io, stage, role, options.all === true);
      const bar = progress(io, 'writing');
      const plan =
        options.apply === true ? await stage.sync(role, limit, bar.at) : stage.plan(role);
      bar.end();
      const applied = options.apply === true;
      if (options.json === true) {
        await writeLine(io, JSON.stringify({ list: id, role, ...plan, applied }));
        return;
      }
      const { added, removed, changed, present } = plan;
      await writeLine(
        io,
        `${id}: ${present} now, ${added} new, ${changed} changed, ${removed} gone.`,
      );
      await writeLine(io, applied ? 'Done.' : 'Nothing was changed; --apply does it.');
    });
}

function wantShare(text: string): number {
  const percent = Number(text);
  if (text.trim() === '' || !(percent >= 0 && percent <= 100)) {
    throw new UsageError(`--max-shrink is a percentage, 0 to 100, not "${text}"`);
  }
  return percent / 100;
}

async function preview(
  io: Io,
  stage: Stage,
  role: Parameters<Stage['removed']>[0],
  all: boolean,
): Promise<void> {
  for (const [mark, addresses] of [
    ['+', stage.added()],
    ['-', stage.removed(role)],
  ] as const) {
    let count = 0;
    for (const address of addresses) {
      count += 1;
      if (!all && count > shown) {
        await writeLine(io, `${mark} ... (--all shows the others)`);
        break;
      }
      await writeLine(io, `${mark} ${address}`);
    }
  }
}
