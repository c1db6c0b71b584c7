/** The text of a report that is meant for people, and where the copy of the original begins. */
import { isFieldLine } from './report-parts.ts';
import { linesOf, maxLines, maxText } from './report-text.ts';

export type Notice = {
  /** Up to the copy of the original, trimmed at their ends. */
  readonly lines: readonly string[];
  /** The lines joined by single blanks: sentences that were broken are whole here. */
  readonly flat: string;
  /** What follows: the copy of the original, as far as it stands in the text. */
  readonly copy: string;
  /** The line in which a place of `flat` stands. */
  lineAt(offset: number): number;
};

/** Words that stand over a copy of the original message, alone on a line but for decoration. */
const copyMarks: readonly RegExp[] = [
  /^(?:here|below|the following|included|this) is (?:a|your) (?:copy|returned)\b/i,
  /^(?:a )?copy of (?:the|your) (?:original )?(?:message|mail|e-?mail)\b/i,
  /^below (?:this|the next) line (?:is|follows)|^enclosed (?:is|are) (?:a|the) (?:copy|original)/i,
  /^(?:the )?(?:original|returned|unsent|old|undelivered) (?:message|mail|e-?mail)$/i,
  /^(?:the )?(?:original|returned|unsent|undelivered) (?:message|mail)(?: \w{1,10}){1,3}$/i,
  /^(?:the )?message (?:text|headers?|body|contents?) (?:is |are )?follows?$/i,
  /^(?:start|beginning) of returned message$/i,
  /^contents of the undelivered mail|^original mail (?:info|as follows)/i,
  /^the headers? (?:of the original|and (?:top|first) \d{1,4} lines)\b/i,
  /^your message reads\b|^mensaje original\b|^original-?nachricht|^messaggio originale/i,
  /^message d'origine|^original ?meldung|^mensagem original/i,
];

const decoration = /^[\s>|*=+#_-]+|[\s|*=+#_:.-]+$/g;

function isCopyMark(line: string): boolean {
  if (line.length > 120) return false;
  const words = line.replace(decoration, '');
  return words.length > 10 && copyMarks.some((mark) => mark.test(words));
}

const copyField =
  /^(?:received|return-path|dkim-signature|x-received|arc-seal|domainkey-signature): ?/i;

/** A header block that begins in the middle of text: Received, and then more fields. */
function isCopyStart(lines: readonly string[], at: number): boolean {
  if (!copyField.test(lines[at] ?? '')) return false;
  for (let i = at + 1; i < at + 12 && i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (/^\s/.test(line)) continue;
    return isFieldLine(line);
  }
  return false;
}

type Piece = { readonly type: string; readonly text: string };

/** Joins the text parts; a text part that holds a header block is a copy. */
export function readNotice(parts: readonly Piece[]): Notice {
  const lines: string[] = [];
  let copy = '';
  const plain = parts.some((part) => part.type === 'text/plain' && /\S/.test(part.text));
  for (const part of parts) {
    if (copy !== '' || lines.length >= maxLines) break;
    const isText = part.type.startsWith('text/') && part.type !== 'text/rfc822-headers';
    if (!isText || part.type === 'text/rfc822') continue;
    if (part.type === 'text/html' && plain) continue;
    const own = linesOf(part.text);
    const end = copyAt(own);
    lines.push(...own.slice(0, end), '');
    if (end < own.length) copy = own.slice(isFieldLine(own[end] ?? '') ? end : end + 1).join('\n');
  }
  return noticeOf(unquoted(lines), copy.slice(0, maxText));
}

/** Where the copy begins. What stands at the very top is a title, whatever its words. */
function copyAt(lines: readonly string[]): number {
  const top = lines.findIndex((line) => line !== '');
  for (let i = 0; i < lines.length; i++) {
    if (isCopyStart(lines, i) || (i > top && isCopyMark(lines[i] ?? ''))) return i;
  }
  return lines.length;
}

const quotedWords = /^> ?[^\s>]+ \S/;

/** What a person quotes is not what the person says; a list of `> a@b` is nobody's quotation. */
function unquoted(lines: readonly string[]): readonly string[] {
  if (lines.filter((line) => quotedWords.test(line)).length < 3) return lines;
  return lines.filter((line) => !/^>(?!>>)/.test(line));
}

function noticeOf(lines: readonly string[], copy: string): Notice {
  const starts: number[] = [];
  const words: string[] = [];
  let at = 0;
  for (const line of lines) {
    starts.push(at);
    const flat = line.trim().replace(/\s+/g, ' ');
    if (flat === '') continue;
    words.push(flat);
    at += flat.length + 1;
  }
  return {
    lines,
    flat: words.join(' '),
    copy,
    lineAt(offset) {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((starts[middle] ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      return low;
    },
  };
}
