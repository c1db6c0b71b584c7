/**
 * Sentences by name. They stand in templates that hold many of them (books), one `when` each, in
 * every language; whoever says one gives its name and what it speaks of.
 */
import { type Cause, causes } from './diagnosis.ts';
import { type ReasonName, type ReasonValues, reasonExamples } from './reasons.ts';

export type PhraseValue = string | number;
export type PhraseValues = Readonly<Record<string, PhraseValue>>;

const address = 'ann@example.org';
const old = 'old@example.org';
const thread = 'abcdefgh234567ab';
const posting = { subject: 'Which cat food?', author: address };

/** What became of orders. */
const lineExamples = {
  joined: { address },
  left: { address },
  'waits-moderator': { address },
  asked: { address },
  rejected: { address },
  'not-open': {},
  member: { address },
  'not-member': { address },
  banned: { address },
  ours: { address },
  waits: { address },
  'no-request': {},
  'maybe-join': { address },
  'maybe-leave': { address },
  declined: {},
  moved: { address, old },
  'no-command': {},
  'only-one': {},
  'at-limit': {},
  'too-many': { count: 25 },
  stray: { count: 3 },
  'option-set': { option: 'ack', value: 'on' },
  resting: { from: Date.UTC(2026, 11, 24), until: Date.UTC(2027, 0, 6) },
  muted: { thread },
  unmuted: {},
  'not-shown': {},
  'no-address': { text: 'nobody' },
  'no-topic': { topics: 'mice', known: 'food, toys' },
  'no-token': { text: 'abc' },
  'no-thread': {},
  'no-option': {},
  'no-delivery': { text: 'perhaps' },
  'not-understood': { text: 'please' },
  'cannot-move': { address },
  'no-such-command': { text: 'dance' },
  'not-told': {},
  about: {},
  'lists-here': { domain: 'lists.example.org' },
  'on-lists': { address },
  'on-no-list': { address },
  'on-list': { at: 'cats@lists.example.org', role: 'member' },
  'members-are': {},
  'and-more': { count: 12 },
  'and-hidden': { count: 3 },
  options: { address },
  'delivery-on': {},
  'delivery-off': { status: 'by-member' },
  'nothing-waits': {},
  decided: { ...posting, decision: 'accept' },
  seconded: posting,
  'decided-before': { ...posting, decision: 'reject', by: address, at: Date.UTC(2026, 10, 24) },
  'request-decided-before': {
    ...{ address, wish: 'join', decision: 'reject', by: 'mod@example.org' },
    at: Date.UTC(2026, 10, 24),
  },
  minded: posting,
  'minded-before': { ...posting, by: address },
} as const satisfies Readonly<Record<string, PhraseValues>>;

/** How each command is written, and what it does. */
const helpExamples = {
  'help-commands': {},
  'help-help': {},
  'help-info': {},
  'help-join': {},
  'help-leave': {},
  'help-confirm': {},
  'help-show': {},
  'help-set': { languages: 'en|de' },
  'help-mute': {},
  'help-unmute': {},
  'help-which': {},
  'help-lists': {},
  'help-who': {},
  'help-accept': {},
  'help-reject': {},
  'help-discard': {},
  'help-claim': {},
  'help-echo': {},
  'help-end': {},
} as const satisfies Readonly<Record<string, PhraseValues>>;

/** What the list writes into postings. */
const markExamples = {
  'mark-no-subject': {},
  'mark-via': { author: 'Ann' },
  'mark-removed': { parts: 'cats.zip (application/zip)' },
} as const satisfies Readonly<Record<string, PhraseValues>>;

/** Why copies come back: the name of each cause behind `cause-`. */
const causeExamples = Object.fromEntries(causes.map((cause) => [`cause-${cause}`, {}])) as Readonly<
  Record<`cause-${Cause}`, PhraseValues>
>;

/** Every sentence by book and name, with examples of what it is given besides the list's values. */
export const phraseBooks = {
  'command-lines': lineExamples,
  'command-help': helpExamples,
  'posting-reasons': reasonExamples,
  'bounce-causes': causeExamples,
  'posting-marks': markExamples,
} as const;

export type BookName = keyof typeof phraseBooks;
export type HelpName = keyof typeof helpExamples;
export type PhraseName =
  | keyof typeof lineExamples
  | keyof typeof markExamples
  | HelpName
  | ReasonName
  | `cause-${Cause}`;

/** A sentence by its name, in whichever language it will be said: see `speaking.ts`. */
export type Phrase = { readonly phrase: PhraseName; readonly values?: PhraseValues };
/** A sentence, or a line that is the same in every language: what a person wrote, an address. */
export type Line = string | Phrase;

const bookByName = new Map<PhraseName, BookName>(
  Object.entries(phraseBooks).flatMap(([book, phrases]) =>
    Object.keys(phrases).map((name) => [name as PhraseName, book as BookName] as const),
  ),
);

/** In which template a sentence stands. */
export function bookOf(name: PhraseName): BookName {
  const book = bookByName.get(name);
  if (book === undefined) throw new Error(`there is no sentence ${name}`);
  return book;
}

/** A reason with all the values that it needs. */
export function reason<N extends ReasonName>(phrase: N, values: ReasonValues<N>): Phrase {
  return { phrase, values };
}
