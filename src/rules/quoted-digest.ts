import { listAddress } from '../model/list.ts';
import { type Phrase, reason } from '../model/phrases.ts';
import type { Posting, Rule } from '../model/posting.ts';

/** An answer to a digest whose subject nobody changed: in each language that we write them in. */
const subjects = [
  /\bdigest,\s+(?:vol(?:ume)?\.?|band)\s+\d+,\s+(?:issue|ausgabe)\s+\d+/i,
  /condensé,\s+volume\s+\d+,\s+numéro\s+\d+/i,
  /\bresumen de .{1,200},\s+volumen\s+\d+,\s+número\s+\d+/i,
  /\bresumo de .{1,200},\s+volume\s+\d+,\s+edição\s+\d+/i,
  /まとめ送り、\s*第\d+巻\s*第\d+号/,
  /摘要，\s*第\s*\d+\s*卷，\s*第\s*\d+\s*期/,
  /дайджест,\s+том\s+\d+,\s+выпуск\s+\d+/iu,
] as const;

/** What the top of our own digests says in every language: an order for a member. */
const ownOrder = /set mode regular/i;
/** With it stand there the addresses of the list; mail programs break lines, and leave these whole. */
const ownSubs = ['request', 'owner'] as const;

/** Lines that stand at the top of digests, as most list managers write them. */
const masthead = [
  /^[>\s]*Send .{1,200} (?:mailing list )?submissions to\s*$/i,
  /^[>\s]*To subscribe or unsubscribe via /i,
  /^[>\s]*You can reach the person managing the list at\s*$/i,
  /^[>\s]*When replying, please edit your Subject line/i,
  /^[>\s]*than "Re: Contents of /i,
] as const;
const enough = 4;

/** Whoever answers a digest often sends the whole of it back to everybody. */
export const quotedDigest: Rule = {
  name: 'quoted-digest',
  needs: ({ settings }) => (settings.quotedDigests ? [] : ['lines']),
  check(posting) {
    if (posting.list.settings.quotedDigests) return undefined;
    const why = bySubject(posting) ?? byLines(posting);
    return why === undefined ? undefined : { why };
  },
};

function bySubject({ headers }: Posting): Phrase | undefined {
  const value = headers.get('subject') ?? '';
  return subjects.some((form) => form.test(value.slice(0, 1000)))
    ? reason('digest', { subject: value.slice(0, 200) })
    : undefined;
}

function byLines({ lines, list }: Posting): Phrase | undefined {
  const short = lines.map((line) => line.slice(0, 500));
  const found = masthead.filter((form) => short.some((line) => form.test(line)));
  if (found.length >= enough) return reason('digest-quoted', {});
  const text = short.map((line) => line.replace(/^[>\s]+/, '')).join(' ');
  const plain = text.toLowerCase();
  const isOwn =
    ownOrder.test(text) && ownSubs.every((sub) => plain.includes(listAddress(list, sub)));
  return isOwn ? reason('digest-quoted', {}) : undefined;
}
