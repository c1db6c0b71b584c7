/** Whether what the configuration says of rules makes sense. */
import type { Config } from '../ground/config-schema.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { readHeaderMatch } from './header-match.ts';
import { isWrong } from './pattern.ts';
import { isRuleName, meanings, readRuleAction, ruleNames } from './rule-table.ts';

/** Refuses entries that no rule would obey, each with what is wrong about it. */
export function checkSiteRules({ rules }: Pick<Config, 'rules'>): void {
  const wrong = [
    ...rules.actions
      .filter((entry) => readRuleAction(entry) === undefined)
      .map((entry) => `rules.actions: "${entry}" is not RULE=${meanings.join('|')}`),
    ...rules.order
      .filter((name) => !isRuleName(name))
      .map((name) => `rules.order: no rule "${name}"; there are ${ruleNames.join(', ')}`),
    ...rules.headerMatches.flatMap((entry) => {
      const match = readHeaderMatch(entry, true);
      return isWrong(match) ? [`rules.headerMatches: ${match.why}`] : [];
    }),
  ];
  if (wrong.length > 0) throw new UsageError(wrong.slice(0, 10).join('\n'), exit.config);
}
