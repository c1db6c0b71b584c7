/** Whose template is meant, and which: what the verbs about templates share. */
import { templateNames } from '../engine/template-files.ts';
import type { TemplateOrder } from '../engine/templates.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { languages } from '../model/language.ts';
import { findList, listHelp } from './arguments.ts';
import { type Command, type Io, Option } from './command.ts';

export type Whose = { readonly list?: string; readonly language?: string };

/** `--list` and `--language`. */
export function aboutWhose(command: Command): Command {
  return command
    .option('--list <list>', `of a list: ${listHelp}`)
    .addOption(new Option('--language <language>', 'in which language').choices(languages));
}

/** Where templates of a list, or of the site, are looked for. */
export async function orderOf(io: Io, { list, language }: Whose): Promise<TemplateOrder> {
  const site = await io.site();
  const view = list === undefined ? undefined : await findList(await site.store(), list);
  return { folder: site.paths.templates, list: view, language };
}

/** A notice by its name. */
export function wantName(name: string): string {
  if (templateNames.includes(name)) return name;
  throw new UsageError(
    `there is no template ${name}; there are ${templateNames.join(', ')}`,
    exit.noInput,
  );
}
