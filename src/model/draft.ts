/** A posting on its way out, and the handlers' occasion. */
import type { Address, AddressKey } from '../mail/address.ts';
import type { BodyTransform, FileRange, HeaderBlock } from '../mail/types.ts';
import type { ListView } from './list.ts';
import type { Phrase } from './phrases.ts';
import type { TopicHits } from './topics.ts';

export type Draft = {
  readonly headers: HeaderBlock;
  readonly body: FileRange;
  /** What is to be done to the body; collected here, run once when the draft is written. */
  readonly transforms: readonly BodyTransform[];
  /** The author, when he wants no copy of his own postings if his settings say so. */
  readonly author: AddressKey | undefined;
  /** Whom To and Cc name already. */
  readonly addressed: readonly AddressKey[];
  /** What the holes named after numbers are filled with, recipient by recipient. */
  readonly fragments?: readonly string[];
};

/** What a handler may know besides the draft. */
export type Occasion = {
  readonly list: ListView;
  /** The number of this posting on its list. */
  readonly number: number;
  /** Undefined where all copies are the same. */
  readonly personal?: PersonalOccasion | undefined;
  /** Fills a text in the template language in with what is the same for all recipients. */
  readonly fill?: (text: string) => string;
  readonly now: number;
  /** Says something in the language of the list. */
  readonly say: (line: Phrase) => string;
  /** The address of the list that stands for the author, where `protection` is `alias`. */
  readonly authorAlias?: Address | undefined;
  /** What must be done about From, by the policy of the author's domain. */
  readonly protection?: Protection | undefined;
  /** Answering there means: no more of this thread. */
  readonly muteAddress?: Address | undefined;
  /** What it is about, on a list that has topics. */
  readonly topics?: TopicHits | undefined;
};

/** How each recipient's copy becomes his own. */
export type PersonalOccasion = {
  readonly mark: string;
  /** Whether the texts around the body may differ, too. */
  readonly texts: boolean;
  /** Links over HTTPS can be made, so that one press unsubscribes (RFC 8058). */
  readonly oneClick: boolean;
};

export type Protection = 'munge' | 'alias' | 'wrap';

export type Handler = {
  readonly name: string;
  apply(draft: Draft, occasion: Occasion): Draft;
};
