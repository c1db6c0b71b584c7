/**
 * Digests: several postings in one message, for members who want it so.
 *
 * A *stream* is one series of digests of a list: that of the list itself (by size, by count, by
 * time) and one for each rhythm that members choose for themselves. An *issue* is one turn of a
 * stream: the postings that were collected since the turn before. A *variant* is one message made
 * of it: of a form, in a language, with all of its postings or with some.
 *
 * Which member gets which posting, and in which way, follows from numbers alone. Postings have
 * numbers, and a change of a member's way (mode and rhythm) is kept with the number of the newest
 * posting at that moment: he gets the postings up to that in the old way and later ones in the new
 * one, whenever they are sent. So each posting reaches him once, and it may be asked at any time.
 */
import type { EntryId, ListId } from './ids.ts';
import type { Language } from './language.ts';
import type { DeliveryMode } from './list.ts';
import type { TopicHits } from './topics.ts';

/** The modes in which many postings come as one message. */
export const digestForms = ['mime', 'plain', 'html', 'summary'] as const;
export type DigestForm = (typeof digestForms)[number];

/** When a member's digests come: as the list's do, or at times of his own. */
export const rhythms = ['list', 'daily', 'weekly', 'monthly'] as const;
export type Rhythm = (typeof rhythms)[number];

/** How a member gets the postings of a list. */
export type Way = { readonly mode: DeliveryMode; readonly rhythm: Rhythm };

/** Whether a mode is a form of digest. */
export function isDigestForm(mode: DeliveryMode): mode is DigestForm {
  return (digestForms as readonly DeliveryMode[]).includes(mode);
}

/** A posting that waits for its digests: a file, and what a table of contents says of it. */
export type Collected = {
  /** The name of its file: that of the entry which brought it. */
  readonly file: EntryId;
  readonly number: number;
  /** Members up to this number were there when it was accepted. */
  readonly upTo: number;
  /** The tag by which it can be muted, and of what it answers; empty: none. */
  readonly thread: string;
  readonly topics?: TopicHits | undefined;
  readonly messageId: string;
  readonly parent: string;
  /** Decoded, for people. */
  readonly author: string;
  readonly subject: string;
  readonly bytes: number;
  /** It has bytes beyond ASCII. */
  readonly wide: boolean;
  readonly archived: boolean;
};

/** One in the order in which they were collected. */
export type DigestPosting = Collected & { readonly seq: number; readonly at: number };

export type Issue = {
  readonly id: number;
  readonly list: ListId;
  readonly rhythm: Rhythm;
  readonly volume: number;
  readonly number: number;
  readonly at: number;
  /** How many there are in it. */
  readonly postings: number;
};

export type Variant = {
  readonly index: number;
  readonly form: DigestForm;
  readonly language: Language;
  readonly postings: readonly DigestPosting[];
};

/** A stream, as people and maintenance see it. */
export type StreamRecord = Waiting & {
  readonly list: ListId;
  readonly rhythm: Rhythm;
  /** Of its last issue. */
  readonly volume: number;
  readonly number: number;
  readonly issued: number | null;
  /** When the oldest that waits was collected. */
  readonly oldest: number | null;
};

/** Why a stream turns: somebody wants it, it is full, or its time has come. */
export type TurnReason = 'asked' | 'full' | 'due';

/** Of what waits: how many, and how large. */
export type Waiting = { readonly postings: number; readonly bytes: number };

/** What steps may know of digests. */
export type DigestBooks = {
  /** Whether anybody gets this posting in a digest, or is told of it by a notice. */
  wanted(
    list: ListId,
    number: number,
  ): Promise<{ readonly digest: boolean; readonly notice: boolean }>;
  waiting(list: ListId, rhythm: Rhythm): Promise<Waiting>;
  /** The issue that a turn made, if it made one. */
  issueOf(cause: string): Promise<Issue | undefined>;
  /** Some of the variants of an issue, in order. */
  variants(issue: number, from: number, limit: number): Promise<readonly Variant[]>;
};

/** Postings in one issue at most; what waits beyond that makes the next one at once. */
export const maxIssuePostings = 1000;
