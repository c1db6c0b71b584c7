/** Runs rules over a posting and makes one verdict of their hits. */
import type { Link, Posting, Reason, RuleAction, Verdict } from '../model/posting.ts';

/**
 * Asks the rules in order. A `note` is kept and the rest are asked too; any other hit decides, and
 * what was noted before it goes along as further reasons. Notes without a decision hold.
 */
export function judge(chain: readonly Link[], posting: Posting): Verdict {
  const notes: Reason[] = [];
  for (const [rule, meaning] of chain) {
    const hit = rule.check(posting);
    if (hit === undefined) continue;
    const reason: Reason = { rule: rule.name, text: hit.text };
    const action = actionOf(meaning, hit.action);
    if (action !== 'note') return { kind: action, reasons: [reason, ...notes] };
    notes.push(reason);
  }
  return { kind: notes.length > 0 ? 'hold' : 'accept', reasons: notes };
}

/** The chain's word counts; where it leaves the matter to the rule, the rule's, else a note. */
function actionOf(meaning: RuleAction | 'own', own: RuleAction | undefined): RuleAction {
  return meaning === 'own' ? (own ?? 'note') : meaning;
}
