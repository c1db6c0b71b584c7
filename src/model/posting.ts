/** A posting as rules see it, what they answer, and what the chain makes of the answers. */
import type { Address, AddressKey } from '../mail/address.ts';
import type { PartsTrouble } from '../mail/parts.ts';
import type { HeaderBlock } from '../mail/types.ts';
import type { ListId } from './ids.ts';
import type { SubAddress } from './incoming-work.ts';
import type { ListView, MemberView } from './list.ts';
import type { Phrase } from './phrases.ts';

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
  /** True for an author in From that is the posting address of a list of this site. */
  readonly isOurs: (key: AddressKey) => boolean;
  /** Who counts as the sender (setting `senderFields`), each once, the likeliest first. */
  readonly senders: readonly Address[];
  /** Entries of the lists of banned that mean anybody whom the message names as its sender. */
  readonly bans: readonly Ban[];
  /** Of the lists that settings name as `@LIST`: those that have a sender as a member. */
  readonly memberOf: ReadonlySet<string>;
  /** The first lines of its text; only for rules that need them. */
  readonly lines: readonly string[];
  /** What it is made of; only for rules that need it. */
  readonly parts: readonly PartView[];
  /** Why not all of its parts could be looked at. */
  readonly partsTrouble: PartsTrouble | undefined;
  readonly past: Past;
  /** What the author's domain wants done with mail that does not prove to be its; if asked. */
  readonly dmarc: DmarcFinding | undefined;
  /** Names under which trusted hosts write Authentication-Results. */
  readonly trustedHosts: readonly string[];
  /** The site's header matches; the list's stand in its settings. */
  readonly siteMatches: readonly string[];
};

/** What is loaded only where a rule of the list will look at it. */
export type Need = 'lines' | 'parts' | 'dmarc' | 'counts' | 'known-id';

export type Ban = {
  readonly entry: string;
  /** Undefined: on all lists of the site. */
  readonly list: ListId | undefined;
};

/** A part of a message that holds content. */
export type PartView = {
  /** `image/png` */
  readonly type: string;
  readonly filename: string | undefined;
  readonly isAttachment: boolean;
  /** The types of what it stands in, the innermost first. */
  readonly inside: readonly string[];
  /** Decoded, about. */
  readonly bytes: number;
  readonly headers: HeaderBlock;
};

/** What came to the list before. */
export type Past = {
  /** Another posting that came with the same Message-ID. */
  readonly sameId: string | undefined;
  /** Postings of this author that were accepted, ever. */
  readonly accepted: number;
  /** Postings of this author, and of all, in the time that the settings say. */
  readonly recentByAuthor: number;
  readonly recent: number;
};

/** What is asked of it, for one posting. */
export type PastOrder = {
  readonly messageId: string | undefined;
  /** The key of the author. */
  readonly author: string | undefined;
  /** The posting that is asked about: what it did itself is not the past. */
  readonly root: string;
  /** Message-IDs are known again that were seen since, ms. */
  readonly idsSince: number;
  /** Postings are counted since, ms; undefined: not at all. */
  readonly countsSince: number | undefined;
  /** So many at most are counted, of the author and of all. */
  readonly mostByAuthor: number;
  readonly most: number;
};

/** What DNS says of the domain of an author (RFC 7489). */
export type DmarcFinding =
  | { readonly kind: 'policy'; readonly policy: DmarcPolicy; readonly domain: string }
  | { readonly kind: 'none' }
  /** It could not be found out. */
  | { readonly kind: 'trouble'; readonly why: string };
export type DmarcPolicy = 'none' | 'quarantine' | 'reject';

/** Why a rule hit: a sentence for a person, with the numbers (`reasons.ts`). `action` where the
 * rule's own settings say what is to happen. */
export type Hit = {
  readonly why: Phrase;
  readonly action?: RuleAction;
  /** For what may pass later: when to ask again, ms. */
  readonly until?: number;
};

/** What a hit may mean. */
export const ruleActions = [
  'accept',
  'hold',
  'reject',
  'discard',
  'note',
  'defer',
  'forward',
  'preserve',
] as const;
export type RuleAction = (typeof ruleActions)[number];

export type Rule = {
  readonly name: string;
  /** What must be loaded for it on this list, besides what always is. */
  needs?(list: ListView): readonly Need[];
  check(posting: Posting): Hit | undefined;
};

/**
 * A rule, and what its hit means: `note` collects reasons to hold and goes on; `defer` lets a
 * posting that nothing else speaks against wait.
 */
export type Link = readonly [rule: Rule, action: RuleAction | 'own'];

export type Reason = { readonly rule: string; readonly why: Phrase };

export type Verdict = { readonly reasons: readonly Reason[] } & (
  | { readonly kind: 'accept' | 'hold' | 'reject' | 'discard' }
  /** Not passed on, but seen: by the owners, or by the admin who finds it among what is bad. */
  | { readonly kind: 'forward' | 'preserve' }
  | { readonly kind: 'defer'; readonly until: number }
);
