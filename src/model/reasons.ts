/** What rules say of postings: the sentences of the template `posting-reasons`, by name. */

/** Each with an example of every value that it is given. */
export const reasonExamples = {
  approved: {},
  'attachment-forbidden': { name: 'cats.zip', type: 'application/zip', entry: '.zip' },
  'attachment-large': { name: 'cats.jpg', bytes: 2_500_000, limit: 1_000_000 },
  'author-forged': {},
  'author-unproven': {},
  'author-ourself': { author: 'cats@lists.example.org' },
  'author-disguised': { shown: 'bob@example.org', author: 'eve@example.net' },
  'authors-several': { count: 2, authors: 'ann@example.org, bob@example.org' },
  automatic: {},
  'automatic-answer': {},
  'automatic-report': {},
  'banned-here': { entry: 'eve@example.net' },
  'banned-everywhere': { entry: '^.*@example\\.net$' },
  'deferred-wrong': { time: 'tomorrow' },
  digest: { subject: 'Re: Cats Digest, Vol 3, Issue 7' },
  'digest-quoted': {},
  'dmarc-always': {},
  'dmarc-forced': { author: 'ann@example.org', entry: '^.*@example\\.org$' },
  'dmarc-policy': { domain: 'example.org', policy: 'reject' },
  'dmarc-unknown': { domain: 'example.org', why: 'SERVFAIL' },
  duplicate: { id: 'mhk2-1' },
  emergency: {},
  'filtered-away': { types: 'application/zip' },
  'first-posts': { number: 1, limit: 3 },
  'from-empty': {},
  'from-fields': { count: 2 },
  'from-missing': {},
  'from-unreadable': { value: 'Ann' },
  'header-match': { field: 'subject', pattern: '^free', value: 'free food' },
  'header-suspicious': { field: 'x-mailer', value: 'Mass Mailer 3' },
  'list-rate': { count: 50, minutes: 60, limit: 50 },
  'loop-list-id': {},
  'loop-list-post': {},
  'loop-mark': { address: 'cats@lists.example.org' },
  'loop-ours': {},
  'max-recipients': { count: 12, limit: 10 },
  'max-size': { bytes: 70_000, limit: 40_000 },
  'moderated-address': { author: 'ann@example.org' },
  'moderated-members': { author: 'ann@example.org' },
  'news-moderated': { newsgroup: 'comp.lang.cats' },
  'no-postings': {},
  'no-senders': {},
  'no-subject': {},
  'not-addressed': {},
  order: { order: 'unsubscribe' },
  'parts-unreadable': { trouble: 'too-deep' },
  'quiet-hours': { hours: '22:00-06:00', zone: 'Europe/Berlin' },
  'sender-rate': { author: 'ann@example.org', count: 6, minutes: 60, limit: 6 },
  'spam-called': {},
  'spam-score': { score: 7.5, limit: 5 },
  stranger: { author: 'eve@example.net' },
  'stranger-listed': { sender: 'eve@example.net', entry: '^.*@example\\.net$' },
  urgent: {},
} as const satisfies Readonly<Record<string, Readonly<Record<string, string | number>>>>;

export type ReasonName = keyof typeof reasonExamples;

/** What a reason is given: values of the same names and kinds as in its example. */
export type ReasonValues<N extends ReasonName> = {
  readonly [V in keyof (typeof reasonExamples)[N]]: (typeof reasonExamples)[N][V] extends number
    ? number
    : string;
};
