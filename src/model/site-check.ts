/** What the schema of a configuration cannot see, because it means something to the house only. */
import type { Config, SiteConfig } from '../ground/config.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { paceFaults } from './pace-faults.ts';
import { runnerFaults } from './runners.ts';
import { ruleFaults } from './site-rules.ts';

const maxTold = 10;

/** The site itself; refused where its configuration says what nobody would obey. */
export function checkedSite(site: SiteConfig): SiteConfig {
  const { config, paths } = site;
  const wrong = [
    ...ruleFaults(config),
    ...runnerFaults(config),
    ...relayFaults(config),
    ...paceFaults(config),
  ];
  if (wrong.length === 0) return site;
  const lines = wrong.slice(0, maxTold).map((fault) => `${paths.configFile}: ${fault}`);
  throw new UsageError(lines.join('\n'), exit.config);
}

/** A login that is half told would be no login. */
function relayFaults({ relay }: Pick<Config, 'relay'>): string[] {
  return relay.flatMap(({ user, passwordFile }, at) => {
    if ((user === undefined) === (passwordFile === undefined)) return [];
    const [is, missing] = user === undefined ? ['passwordFile', 'user'] : ['user', 'passwordFile'];
    return [`relay.${at}.${missing} is missing; wanted: one, because there is a ${is}`];
  });
}
