/** Words about bounces that several letters share. */
import { type Address, joinAddress } from '../mail/address.ts';
import type { Evidence, MissedPost } from '../model/care.ts';
import type { Cause } from '../model/diagnosis.ts';
import type { ListView } from '../model/list.ts';

const words: Readonly<Record<Cause, string>> = {
  dead: 'there is no such address',
  full: 'the mailbox is full',
  policy: 'the receiving server refuses our mail by its own rules',
  spam: 'it was taken for spam',
  dmarc: "the author's domain forbids lists to pass its mail on (DMARC)",
  size: 'the message was too large',
  suspended: 'the account is suspended',
  expired: 'it could not be delivered for days',
  routing: 'the receiving server could not be reached',
  unknown: 'the receiving server gave no clear reason',
};

/** A cause in words. */
export function causeText(cause: Cause): string {
  return words[cause];
}

/** Whom people write to. */
export function ownerAddress(list: ListView): Address {
  return joinAddress(`${list.name}-owner`, list.domain);
}

/** What the list calls itself in From. */
export function listTitle(list: ListView): string {
  return list.settings.displayName || list.name;
}

/** `2026-11-24`. */
export function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** What the receiving server said, so that a person can do something about it. */
export function evidenceText({ at, cause, status, diagnostic }: Evidence): string {
  const said = diagnostic.replace(/\s+/g, ' ').trim().slice(0, 400);
  return [
    `    ${day(at)}: ${words[cause]} (${status})`,
    ...(said === '' ? [] : [`    ${said}`]),
  ].join('\n');
}

/** The postings that were missed, one a line; `url` has `%h` for the hash of the Message-ID. */
export function missedText(missed: readonly MissedPost[], more: number): string {
  const lines = missed.map(({ number, at, subject, author }) => {
    const from = author === '' ? '' : ` (${author})`;
    return `    ${day(at)}  #${number}  ${oneLine(subject) || '(no subject)'}${from}`;
  });
  if (more > 0) lines.unshift(`    ... and ${more} before these`);
  return lines.join('\n');
}

/** Subjects come from strangers. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
}
