/** `listmill doctor`: what is wrong with the site and its surroundings, and what to do about it. */
import { examine } from '../engine/doctor/examine.ts';
import type { Finding } from '../engine/doctor/finding.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { jsonOption } from './arguments.ts';
import type { Verb } from './command.ts';
import { type Format, list, writeLine } from './output.ts';

type Options = Format & {
  readonly domain?: string;
  readonly probe?: boolean;
  readonly wait: string;
};

const marks = { ok: ' ', warn: '?', bad: '!' } as const;

export const doctor: Verb = (program, io) => {
  program
    .command('doctor')
    .description(
      'what is wrong with names, MTA and the way of mail, and the fix; exit code 1 for !',
    )
    .option('--domain <domain>', 'of this domain only')
    .option('--probe', 'also send a message through the MTA, and see it come back')
    .option('--wait <seconds>', 'how long the message may take', '30')
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const seconds = Number(options.wait);
      if (!(seconds > 0 && seconds <= 3600)) {
        throw new UsageError(`--wait is a number of seconds, not ${options.wait}`, exit.usage);
      }
      const wish = {
        domain: options.domain?.toLowerCase(),
        probeMs: options.probe ? seconds * 1000 : undefined,
      };
      let isBad = false;
      const findings = noting(examine(await io.site(), wish), ({ health }) => {
        isBad ||= health === 'bad';
      });
      if (options.json) await list(io, options, findings, []);
      else {
        for await (const { check, of, health, text, fix } of findings) {
          await writeLine(io, `${marks[health]} ${check.padEnd(11)} ${of}: ${text}`);
          if (fix !== '') await writeLine(io, `${' '.repeat(14)}-> ${fix.replaceAll('\n', ' ')}`);
        }
      }
      if (isBad) io.exit(exit.failure);
    });
};

async function* noting(
  findings: AsyncIterable<Finding>,
  note: (finding: Finding) => void,
): AsyncGenerator<Finding> {
  for await (const finding of findings) {
    note(finding);
    yield finding;
  }
}
