/**
 * The rules by name, in the order in which they are asked, and what a hit of each means where
 * neither site nor list says otherwise.
 *
 * The certain stands first, so that no moderator is asked about a loop; then what ends the
 * matter; then all that only collects reasons.
 */
import type { RuleAction } from './posting.ts';

export const ruleTable = {
  loop: 'discard',
  'no-senders': 'discard',
  banned: 'discard',
  urgent: 'reject',
  'deferred-delivery': 'reject',
  approved: 'accept',
  duplicate: 'discard',
  'header-match': 'own',
  emergency: 'hold',
  dmarc: 'own',
  'broken-from': 'hold',
  'nonmember-lists': 'own',
  'members-only': 'own',
  'content-filter': 'own',
  'forged-from': 'note',
  'spam-verdict': 'note',
  authentication: 'note',
  'sender-rate': 'note',
  'list-rate': 'note',
  'first-posts': 'note',
  automatic: 'note',
  administrivia: 'note',
  'quoted-digest': 'note',
  'implicit-destination': 'note',
  'max-recipients': 'note',
  'max-size': 'note',
  'news-moderation': 'note',
  'no-subject': 'note',
  'suspicious-header': 'note',
  attachments: 'note',
  'quiet-hours': 'defer',
} as const satisfies Readonly<Record<string, RuleAction | 'own'>>;

export type RuleName = keyof typeof ruleTable;
/** The names of the rules, in the order in which they are asked. */
export const ruleNames = Object.keys(ruleTable) as readonly RuleName[];

/** What a hit may be made to mean. `off`: the rule is not asked. `own`: the rule itself says. */
export const meanings = [
  'accept',
  'hold',
  'reject',
  'discard',
  'note',
  'defer',
  'own',
  'off',
] as const;
export type Meaning = (typeof meanings)[number];

/** How somebody changes the table: `max-size=reject`, and a new order for the rules named. */
export type RuleChoice = {
  readonly actions: readonly string[];
  readonly order: readonly string[];
};

export type RuleLine = { readonly name: RuleName; readonly meaning: Meaning };

/** Whether a text from outside names a rule. */
export function isRuleName(text: string): text is RuleName {
  return Object.hasOwn(ruleTable, text);
}

/** Reads `RULE=ACTION`; undefined where it is none. */
export function readRuleAction(text: string): RuleLine | undefined {
  const [name = '', word = '', ...more] = text.split('=').map((part) => part.trim());
  const meaning = meanings.find((known) => known === word);
  return isRuleName(name) && meaning !== undefined && more.length === 0
    ? { name, meaning }
    : undefined;
}

/**
 * The table as the choices make it, the later counting more.
 *
 * The rules that an order names share out among themselves the places that they had: whatever
 * it does not name, and every rule of a later version, stays where it is.
 */
export function chosenRules(...choices: readonly RuleChoice[]): RuleLine[] {
  let lines: RuleLine[] = ruleNames.map((name) => ({ name, meaning: ruleTable[name] }));
  for (const { actions, order } of choices) {
    const wanted = new Map(
      actions.flatMap((text) => {
        const read = readRuleAction(text);
        return read === undefined ? [] : [[read.name, read.meaning] as const];
      }),
    );
    lines = lines.map(({ name, meaning }) => ({ name, meaning: wanted.get(name) ?? meaning }));
    lines = reordered(lines, order);
  }
  return lines;
}

function reordered(lines: readonly RuleLine[], order: readonly string[]): RuleLine[] {
  const named = [...new Set(order)].flatMap((name) => lines.find((one) => one.name === name) ?? []);
  const rest = [...named];
  return lines.map((one) => (named.includes(one) ? (rest.shift() ?? one) : one));
}
