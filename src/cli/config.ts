/** `listmill config`: whether the configuration is right, and what it comes to. */
import { pathFaults } from '../engine/reachable.ts';
import { findSite, loadConfig, type SiteConfig } from '../ground/config.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { checkedSite } from '../model/site-check.ts';
import { jsonOption } from './arguments.ts';
import type { Io, Verb } from './command.ts';
import { cell, type Format, writeLine } from './output.ts';

export const config: Verb = (program, io) => {
  const family = program.command('config').description('the configuration of the site');

  family
    .command('check')
    .description('say what is wrong with it: keys, values, paths')
    .action(async () => {
      const site = checkedSite(load(io));
      const wrong = pathFaults(site);
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
