/** A posting as rules see it, what they answer, and what the chain makes of the answers. */
import type { Address, AddressKey } from '../mail/address.ts';
import type { HeaderBlock } from '../mail/types.ts';
import type { SubAddress } from './entry.ts';
import type { ListView, MemberView } from './list.ts';

/** What a rule may know. All of it is loaded before the first rule is asked. */
export type Posting = {
  readonly list: ListView;
  readonly headers: HeaderBlock;
  /** The whole message, bytes. */
  readonly size: number;
  /** Envelope sender; null is `<>`. */
  readonly sender: string | null;
  /** The addresses in From, in order; more than one is lawful, none is not. */
  readonly from: readonly Address[];
  /** Memberships of the author's address on this list, any role. */
  readonly memberships: readonly MemberView[];
  readonly now: number;
  /** Where it was sent: undefined is the list itself. */
  readonly to: SubAddress | undefined;
  /** True for an address of a list of this site. */
  readonly isOurs: (key: AddressKey) => boolean;
};

/** Why a rule hit: a sentence for a person, with the numbers. `action` where the rule's own
 * settings say what is to happen. */
export type Hit = { readonly text: string; readonly action?: RuleAction };

export const ruleActions = ['accept', 'hold', 'reject', 'discard', 'note'] as const;
export type RuleAction = (typeof ruleActions)[number];

export type Rule = {
  readonly name: string;
  check(posting: Posting): Hit | undefined;
};

/** A rule, and what its hit means: `note` collects reasons to hold and goes on. */
export type Link = readonly [rule: Rule, action: RuleAction | 'own'];

export type Reason = { readonly rule: string; readonly text: string };

export type Verdict = {
  readonly kind: 'accept' | 'hold' | 'reject' | 'discard';
  readonly reasons: readonly Reason[];
};
