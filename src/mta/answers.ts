import type { Answer, Stage } from './types.ts';

const maxTextChars = 1000;
const enhancedForm = /^([245]\.\d{1,3}\.\d{1,3})(?: |$)/;

/** How the MTAs name the message that they have just taken, in the order of likelihood. */
const queueIdForms = [
  // Postfix, Exim
  /\bqueued as ([\w.-]{4,64})/i,
  /\bid=([\w.-]{4,64})/,
  // sendmail, OpenSMTPD
  /([\w.-]{4,64}) Message accepted for delivery/i,
  // qmail: "ok 1700000000 qp 12345"
  /\bok (\d+ qp \d+)/,
];

/** Makes an answer of a server's reply. */
export function serverAnswer(stage: Stage, code: number, line: string): Answer {
  const text = printable(line);
  const enhanced = enhancedForm.exec(text)?.[1];
  const kind = code < 400 ? 'delivered' : code < 500 ? 'deferred' : 'refused';
  const queueId = kind === 'delivered' ? readQueueId(text) : undefined;
  return { kind, stage, code, enhanced, text, queueId, local: false };
}

/** A refusal of our own, by what the server offers. */
export function localRefusal(stage: Stage, code: number, enhanced: string, why: string): Answer {
  const text = `${enhanced} ${why}`;
  return { kind: 'refused', stage, code, enhanced, text, queueId: undefined, local: true };
}

function readQueueId(text: string): string | undefined {
  for (const form of queueIdForms) {
    const found = form.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Server text goes to logs and terminals: no control characters, and not without end. */
function printable(line: string): string {
  return line.slice(0, maxTextChars).replace(/\p{Cc}/gu, '?');
}

/**
 * True where a reply to RCPT means "no more in this transaction" (RFC 5321 4.5.3.1.10) rather
 * than anything about this recipient. 552 with 5.2.2 is a full mailbox, not a full transaction.
 */
export function isOverflow(code: number, text: string): boolean {
  if (code !== 452 && code !== 552) return false;
  return !/^[45]\.[12]\./.test(text);
}
