import { type Address, localPart } from './address.ts';
import type { HeaderBlock } from './headers.ts';
import { parseContentType } from './words.ts';

/** Whether a message may get an automatic answer; `why` is for the log. */
export type Answerable = { readonly yes: true } | { readonly yes: false; readonly why: string };

/** What the caller knows about the message besides its header. */
export type AnswerContext = {
  /** Whether an address is one of ours: a list's, the site's. Answering it would be a loop. */
  readonly isOwn?: (address: Address) => boolean;
};

/** RFC 3834 section 2: addresses behind which programs live. */
const programs = /^(?:mailer-daemon|postmaster|owner-.*|.*-(?:request|bounces?|owner))$/i;

/** Fields by which programs that do not know RFC 3834 say that nobody wrote this. */
const marks: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['X-Auto-Response-Suppress', /\b(?:all|autoreply|oof)\b/i],
  ['X-Autoreply', /^(?!no$)/i],
  ['X-Autorespond', /^(?!no$)/i],
  ['X-Mailman-Version', /^/],
  ['X-BeenThere', /^/],
];

/**
 * Whether any automatic mail may answer this message: never a null return path, other automatic
 * mail, list mail, a report, our own mail, or what has no address to answer to.
 *
 * `sender` is the envelope sender: null for `<>`, undefined where it is no address.
 */
export function answerable(
  headers: Pick<HeaderBlock, 'get' | 'all' | 'raw' | 'has' | 'names'>,
  sender: Address | null | undefined,
  { isOwn = () => false }: AnswerContext = {},
): Answerable {
  const why =
    senderReason(sender, isOwn) ??
    automaticReason(headers) ??
    marksReason(headers) ??
    listReason(headers) ??
    reportReason(headers);
  return why === undefined ? { yes: true } : { yes: false, why };
}

function senderReason(
  sender: Address | null | undefined,
  isOwn: (address: Address) => boolean,
): string | undefined {
  if (sender === null) return 'The return path is empty.';
  if (sender === undefined) return 'The return path is no address.';
  if (programs.test(localPart(sender))) return `${sender} is a program's address.`;
  return isOwn(sender) ? `${sender} is one of our own addresses.` : undefined;
}

function automaticReason(headers: Pick<HeaderBlock, 'all' | 'get' | 'has'>): string | undefined {
  for (const value of headers.all('auto-submitted')) {
    const word = firstWord(value);
    if (word !== 'no') return `Auto-Submitted is ${word || 'empty'}.`;
  }
  const asked = headers.all('x-ack').map(firstWord);
  if (asked.includes('no')) return 'X-Ack is no.';
  if (headers.has('x-no-ack')) return 'X-No-Ack is set.';
  if (asked.includes('yes')) return undefined; // outweighs Precedence, as it always has
  const precedence = headers.all('precedence').map(firstWord);
  const bulk = precedence.find((word) => /^(?:bulk|junk|list|auto_reply)$/.test(word));
  return bulk && `Precedence is ${bulk}.`;
}

function marksReason(headers: Pick<HeaderBlock, 'all'>): string | undefined {
  const mark = marks.find(([name, pattern]) =>
    headers.all(name).some((value) => pattern.test(value)),
  );
  return mark && `${mark[0]} says it is automatic.`;
}

function listReason(headers: Pick<HeaderBlock, 'names'>): string | undefined {
  const field = headers.names().find((name) => name.startsWith('list-'));
  return field && `It came through a list: ${field}.`;
}

function reportReason(headers: Pick<HeaderBlock, 'raw'>): string | undefined {
  const { type, subtype } = parseContentType(headers.raw('content-type')[0]);
  if (type === 'multipart' && subtype === 'report') return 'It is a report.';
  const isStatus =
    type === 'message' && /^(?:delivery-status|disposition-notification)$/.test(subtype);
  return isStatus ? 'It is a report.' : undefined;
}

/** The keyword of a value that may go on with parameters or a comment. */
function firstWord(value: string): string {
  return /^[^\s;(,]*/.exec(value.trim().toLowerCase())?.[0] ?? '';
}
