/** Which notices there are, what each may say, and an example of it: for checking and showing. */
import type { TemplateValues } from './template.ts';

const address = 'ann@example.org';
const subject = 'Which cat food?';
const token = 'abcdefgh234567ab';
const confirm_url = `https://lists.example.org/confirm/${token}`;
const reasons = ['The sender is no member of the list.'];
const failure = { at: Date.UTC(2026, 10, 22), cause: 'the mailbox is full', status: '5.2.2' };
const failed = { ...failure, said: '552 5.2.2 Mailbox full' };
const since = Date.UTC(2026, 10, 20);
const item = {
  id: 'mhk2-1',
  author: address,
  subject,
  days: 2,
  reasons: reasons.join(' '),
  address: 'cats-held+x@lists.example.org',
};

/** Notices by name, with examples of all values that they are given besides those of the list. */
export const samples: Readonly<Record<string, TemplateValues>> = {
  rejected: { subject, reasons },
  held: { subject, reasons },
  'held-expired': { subject, reasons, days: 14 },
  'moderation-posting': {
    subject,
    author: address,
    reasons,
    bytes: 12_345,
    days: 14,
    two: false,
    id: item.id,
    excerpt: '    Which food do your cats like?',
    accept_address: 'cats-accept+x@lists.example.org',
    reject_address: 'cats-reject+x@lists.example.org',
    discard_address: 'cats-discard+x@lists.example.org',
  },
  'moderation-summary': {
    count: 3,
    others: 1,
    items: [item, item],
    requests: [
      { address, name: 'Ann', wish: 'join', days: 1, answer: 'cats-confirm+x@lists.example.org' },
    ],
    reminder: false,
    widened: false,
  },
  'moderation-taken': { subject, who: address, id: item.id },
  'moderation-second': { subject, who: address, id: item.id },
  'moderation-request': { wish: 'join', address, name: 'Ann', token },
  'request-rejected': { wish: 'join', address, reason: 'The list is for staff.', expired: '' },
  'confirm-join': { address, asked_by: address, token, confirm_url },
  'confirm-leave': { address, asked_by: address, token, confirm_url },
  'confirm-move': { address, old: 'old@example.org', token, confirm_url },
  'confirm-orders': { address, orders: 'set delivery off', token, confirm_url },
  invitation: { address, name: 'Ann', words: 'We talk about cats.', token, confirm_url },
  welcome: { address, name: 'Ann' },
  goodbye: { address, name: 'Ann' },
  'address-changed': { address, old: 'old@example.org' },
  'owner-joined': { address, name: 'Ann' },
  'owner-left': { address, name: 'Ann' },
  'command-reply': { results: '> help\n...' },
  acknowledgement: { subject },
  digest: { volume: '3', issue: '12', count: '2', contents: '   1. Which cat food? (Ann)' },
  'digest-lines': {
    phrase: 'attachment',
    title: 'Cats Digest, Vol 3, Issue 12',
    volume: '3',
    issue: '12',
    name: 'cat.png',
    type: 'image/png',
    size: '30 KiB',
  },
  summary: { volume: '3', issue: '12', count: '2', contents: '   1. Which cat food? (Ann)' },
  'posting-notice': { author: 'Ann', subject, bytes: '12345', link: 'https://example.org/1' },
  'bounce-warning': {
    address,
    since,
    ...failed,
    missed: [{ number: 7, at: since, subject, author: 'bob@example.org', url: '' }],
    more: 3,
    archive_url: 'https://lists.example.org/cats',
    removal: true,
    left: 2,
    days: 7,
  },
  'bounce-probe': { address, since, ...failed },
  'bounce-removed': { address, since, ...failed },
  'bounce-news': {
    list_id: 'cats.lists.example.org',
    storms: [
      {
        ...{ seq: 3, domain: 'example.net', failures: 20, of: 25, cause: failure.cause },
        samples: '    20 x 5.2.2: 552 5.2.2 Mailbox full (ann@example.net)',
      },
    ],
    ...{ disabled: [{ address, ...failed }], disabled_count: 201, disabled_more: 200 },
    ...{ removed: [{ address, ...failed }], removed_count: 1, removed_more: 0 },
    complaints: [{ address, effect: 'stopped', said: 'abuse, reported by example.net' }],
    ...{ complaint_count: 1, complaint_more: 0 },
    ours: [{ count: 12, domain: 'example.net', address, ...failed }],
    ours_count: 12,
  },
  'bounce-unrecognized': {
    ...{ from: 'bob@example.org', subject: 'Hello', excerpt: '> Are you there?', limit: 5 },
  },
};

/** What every template may say of its list. */
export const listSample: TemplateValues = {
  list: 'Cats',
  list_address: 'cats@lists.example.org',
  list_description: 'About cats',
  request_address: 'cats-request@lists.example.org',
  owner_address: 'cats-owner@lists.example.org',
  join_address: 'cats-join@lists.example.org',
  leave_address: 'cats-leave@lists.example.org',
};
