/** Whether what the configuration says of rules makes sense. */
import type { Config } from '../ground/config-schema.ts';
import { readHeaderMatch } from './header-match.ts';
import { isWrong } from './pattern.ts';
import { isRuleName, meanings, readRuleAction, ruleNames } from './rule-table.ts';

/** Entries that no rule would obey, each with what is wrong about it. */
export function ruleFaults({ rules }: Pick<Config, 'rules'>): string[] {
  return [
    ...rules.actions
      .filter((entry) => readRuleAction(entry) === undefined)
      .map((entry) => `rules.actions has "${entry}"; wanted: RULE=${meanings.join('|')}`),
    ...rules.order
      .filter((name) => !isRuleName(name))
      .map((name) => `rules.order has "${name}"; wanted: ${ruleNames.join(', ')}`),
    ...rules.headerMatches.flatMap((entry) => {
      const match = readHeaderMatch(entry, true);
      return isWrong(match) ? [`rules.headerMatches has "${entry}": ${match.why}`] : [];
    }),
  ];
}
