/** `listmill spool`: whether the queues on disk are sound. Safe while runners work. */
import { type Checked, checkSpool } from '../engine/check.ts';
import { exit } from '../ground/errors.ts';
import { jsonOption } from './arguments.ts';
import type { Verb } from './command.ts';
import { type Column, type Format, list, note } from './output.ts';

const columns: readonly Column<Row>[] = [
  { title: 'WHAT', of: (row) => row.kind },
  { title: 'WHERE', of: (row) => row.path },
  { title: 'HOW', of: (row) => row.text },
  { title: 'MENDED', of: (row) => row.mended },
];

type Row = Pick<Checked, 'kind' | 'path' | 'text'> & { readonly mended: string | null };

export const spool: Verb = (program, io) => {
  const family = program.command('spool').description('the queues on disk');
  family
    .command('check')
    .description('say what is not as it should be: exit code 0 when nothing is, else 1')
    .option('--repair', 'mend what is safe to mend, park the rest; 1 when something is left')
    .option('--deep', 'read every message and compare its digest')
    .addOption(jsonOption())
    .action(async (options: Format & { repair?: boolean; deep?: boolean }) => {
      const site = await io.site();
      let [found, left] = [0, 0];
      const order = {
        deep: options.deep === true,
        repair: options.repair === true,
        now: io.now(),
      };
      const rows = async function* (): AsyncGenerator<Row> {
        for await (const { kind, path, text, mended } of checkSpool(site, order)) {
          found += 1;
          if (mended === undefined) left += 1;
          yield { kind, path, text, mended: mended ?? null };
        }
      };
      await list(io, options, rows(), columns, 'Nothing is wrong.');
      if (found > 0 && !options.json) {
        await note(
          io,
          order.repair ? `${found} found, ${found - left} mended.` : `${found} found.`,
        );
      }
      if (left > 0) io.exit(exit.failure);
    });
};
