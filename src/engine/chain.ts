/** Runs rules over a posting and makes one verdict of their hits. */
import type { ListView } from '../model/list.ts';
import type { Hit, Link, Need, Posting, Reason, RuleAction, Verdict } from '../model/posting.ts';

/** What one rule said. */
export type Answer = { readonly rule: string; readonly meaning: string; readonly hit?: Hit };

/**
 * Asks the rules in order. A `note` is kept and the rest are asked too; any other hit decides, and
 * what was noted before it goes along as further reasons. Notes without a decision hold; without
 * notes, a `defer` waits. `heard` is told what each rule said.
 */
export function judge(
  chain: readonly Link[],
  posting: Posting,
  heard?: (answer: Answer) => void,
): Verdict {
  const notes: Reason[] = [];
  const waits: Reason[] = [];
  let until = 0;
  for (const [rule, meaning] of chain) {
    const hit = rule.check(posting);
    heard?.({ rule: rule.name, meaning, ...(hit && { hit }) });
    if (hit === undefined) continue;
    const reason: Reason = { rule: rule.name, why: hit.why };
    const action = actionOf(meaning, hit.action);
    if (action === 'defer') {
      waits.push(reason);
      until = Math.max(until, hit.until ?? posting.now + waitMs);
    } else if (action === 'note') notes.push(reason);
    else return { kind: action, reasons: [reason, ...notes] };
  }
  if (notes.length > 0) return { kind: 'hold', reasons: notes };
  return waits.length > 0
    ? { kind: 'defer', until, reasons: waits }
    : { kind: 'accept', reasons: [] };
}

/** Where a rule cannot say until when. */
const waitMs = 3_600_000;

/** What must be loaded before these rules are asked. */
export function needsOf(chain: readonly Link[], list: ListView): ReadonlySet<Need> {
  return new Set(chain.flatMap(([rule]) => rule.needs?.(list) ?? []));
}

/** The chain's word counts; where it leaves the matter to the rule, the rule's, else a note. */
function actionOf(meaning: RuleAction | 'own', own: RuleAction | undefined): RuleAction {
  return meaning === 'own' ? (own ?? 'note') : meaning;
}
