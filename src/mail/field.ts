import assert from 'node:assert/strict';
import { formatMailbox, parseAddressList } from './address.ts';
import { encodeWords, formatPhrase, isPlain, oneLine } from './words.ts';

/** RFC 5322 section 2.1.1: a line should stay within this. */
const foldAt = 78;
/** RFC 5322 section 2.1.1: a line must stay within this. */
const hardLimit = 998;

const addressFields =
  /^(?:resent-)?(?:from|sender|reply-to|to|cc|bcc)$|^(?:errors-to|mail-followup-to|x-original-from)$/;
const structuredFields =
  /^(?:list-|content-|arc-|dkim-|(?:resent-)?(?:message-id|date)$|references$|in-reply-to$|received|return-path$|archived-at$|authentication-results$|mime-version$|auto-submitted$|delivered-to$)/;

/**
 * The bytes of one header field, line end included. Everything that enters a header block from
 * inside passes here, so this is where a line end or NUL cannot pass.
 *
 * Text is encoded by RFC 2047; in fields with a structure, addresses and identifiers stay as they
 * are and only names are encoded.
 */
export function textField(name: string, value: string, lineEnd: string): Buffer {
  const key = name.toLowerCase();
  if (addressFields.test(key)) return rawField(name, addressValue(value), lineEnd);
  if (structuredFields.test(key)) return rawField(name, structuredValue(value), lineEnd);
  return rawField(name, encodeWords(value.trim(), foldAt - 2 - name.length - 2), lineEnd);
}

/** The same for a value that is already encoded, such as a Content-Type or a signature. */
export function rawField(name: string, value: string, lineEnd: string): Buffer {
  assert(/^[!-9;-~]{1,76}$/.test(name), `no field name: ${JSON.stringify(name.slice(0, 100))}`);
  return Buffer.from(fold(`${name}:`, oneLine(value).trim(), lineEnd) + lineEnd);
}

/** Break before words that would pass the limit; white space stays, so unfolding gives it back. */
function fold(start: string, value: string, lineEnd: string): string {
  const pieces = ` ${value}`.match(/[ \t]+[^ \t]+/g) ?? [];
  let out = start;
  let line = start.length;
  let fresh = true;
  for (const piece of pieces) {
    // The first word stays beside the name: a first line with the name alone confuses old readers.
    const limit = fresh ? hardLimit : foldAt;
    if (line + piece.length > limit) {
      out += lineEnd;
      line = 0;
    }
    out += piece;
    line += piece.length;
    fresh = false;
  }
  return out;
}

function addressValue(value: string): string {
  const text = oneLine(value);
  if (/^[ -~\t]*$/.test(text)) return text;
  const mailboxes = parseAddressList(text);
  const written = mailboxes.flatMap(({ name, address }) =>
    address === undefined ? [] : [formatMailbox(name, address)],
  );
  return written.length === mailboxes.length ? written.join(', ') : structuredValue(text);
}

/** `phrase <identifier>` keeps the identifier; else each word that is not ASCII is encoded. */
function structuredValue(value: string): string {
  const text = oneLine(value).trim();
  if (/^[ -~\t]*$/.test(text)) return text;
  const match = /^([^<>]*)(<[^<>]*>)$/.exec(text);
  if (match) {
    const phrase = (match[1] ?? '').trim().replace(/^"(.*)"$/, '$1');
    return `${formatPhrase(phrase.replace(/\\(.)/g, '$1'))} ${match[2] ?? ''}`.trim();
  }
  const words = text.split(/([ \t]+)/);
  return words
    .map((word) => (isPlain(word) || /[<>]/.test(word) ? word : encodeWords(word)))
    .join('');
}
