/** `listmill config`: whether the configuration is right, and what it comes to. */
import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { findSite, loadConfig, type SiteConfig } from '../ground/config.ts';
import { errorCode, exit, explain, UsageError } from '../ground/errors.ts';
import { plannedRunners } from '../model/runners.ts';
import { checkSiteRules } from '../model/site-rules.ts';
import { jsonOption } from './arguments.ts';
import type { Io, Verb } from './command.ts';
import { cell, type Format, writeLine } from './output.ts';

export const config: Verb = (program, io) => {
  const family = program.command('config').description('the configuration of the site');

  family
    .command('check')
    .description('say what is wrong with it: keys, values, folders')
    .action(async () => {
      const site = load(io);
      plannedRunners(site.config);
      checkSiteRules(site.config);
      const wrong = missingFolders(site);
      if (wrong.length > 0) throw new UsageError(wrong.join('\n'), exit.config);
      await writeLine(io, `${site.paths.configFile} is right.`);
    });

  family
    .command('show')
    .description('every key with its value, and where things are')
    .addOption(jsonOption())
    .action(async (format: Format) => {
      const { config: values, paths } = load(io);
      if (format.json) {
        await writeLine(io, JSON.stringify({ paths, config: values }, undefined, 2));
        return;
      }
      for (const [name, path] of Object.entries(paths)) await writeLine(io, `# ${name}: ${path}`);
      for (const [key, value] of leaves(values)) {
        await writeLine(io, `${key} = ${cell(JSON.stringify(value))}`);
      }
    });
};

function load(io: Io): SiteConfig {
  return loadConfig(findSite(io.siteOption, io.cwd));
}

/** Keys in full, `master.graceMs`, with their values. */
function* leaves(value: object, above = ''): Generator<readonly [string, unknown]> {
  for (const [key, inner] of Object.entries(value)) {
    const name = above === '' ? key : `${above}.${key}`;
    const isSection = typeof inner === 'object' && inner !== null && !isPlainArray(inner);
    if (isSection) yield* leaves(inner, name);
    else yield [name, inner];
  }
}

function isPlainArray(value: object): boolean {
  return Array.isArray(value) && value.every((item) => typeof item !== 'object');
}

/** Folders that must be there before anything can run. */
function missingFolders({ paths, config: values }: SiteConfig): string[] {
  const wanted = [
    ['spool', paths.spool],
    ['var', paths.var],
    ...(paths.log === 'stderr' ? [] : [['log.to', dirname(paths.log)] as const]),
    ...values.maildir.folders.map(
      (folder) => ['maildir.folders', resolve(paths.var, folder)] as const,
    ),
  ] as const;
  return wanted.flatMap(([key, path]) => {
    const wrong = folderTrouble(path);
    return wrong === undefined ? [] : [`${paths.configFile}: ${key}: ${path} ${wrong}`];
  });
}

/** What is wrong with a folder that we must be able to write into. */
function folderTrouble(path: string): string | undefined {
  try {
    if (!statSync(path).isDirectory()) return 'is no folder';
    accessSync(path, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return 'is not there; "listmill init" makes it, or create it';
    if (code === 'EACCES' || code === 'EROFS') return 'cannot be written by this user';
    return `cannot be reached (${code ?? explain(error)})`;
  }
}
