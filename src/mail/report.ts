/**
 * A report (bounce, feedback, receipt, or what else comes to the bounce address) in the form that
 * detectors read: fields, status groups, the text for people, the fields of what was returned.
 * A function of bytes, within limits: of a large report only head and tail are needed.
 */

import { readEnds } from './report-ends.ts';
import { type Notice, readNotice } from './report-notice.ts';
import type { RawPart } from './report-parts.ts';
import { embeddedFields, type Fields, first, parameter, splitMessage } from './report-parts.ts';
import { statusGroups } from './report-status.ts';
import { decodePart, htmlText, maxText } from './report-text.ts';
import { decodeWords, headerText } from './words.ts';

export type { Notice } from './report-notice.ts';
export type { Fields } from './report-parts.ts';

/** The part with the status of recipients is cut here, in characters: enough for thousands. */
const maxStatus = 1024 * 1024;
/** Reports wrapped in reports, so deep. */
const maxWrapped = 3;

/** A part as detectors see it: decoded, bounded. */
export type ReportPart = {
  readonly type: string;
  readonly description: string;
  readonly text: string;
};

export type Report = {
  readonly headers: Fields;
  /** Lower case, of the whole message. */
  readonly type: string;
  /** report-type of multipart/report, lower case, or ''. */
  readonly reportType: string;
  /** Decoded. */
  readonly subject: string;
  /** Decoded, the whole field. */
  readonly from: string;
  /** From Return-Path or the mbox line; null is `<>`, undefined unknown. */
  readonly returnPath: string | null | undefined;
  readonly parts: readonly ReportPart[];
  /** The text for people, up to the copy of the original. */
  readonly notice: Notice;
  /** RFC 3464: the message's group and those of recipients, in order; names in lower case. */
  readonly status: readonly Fields[];
  /** RFC 5965. */
  readonly feedback: Fields | undefined;
  /** RFC 8098. */
  readonly disposition: Fields | undefined;
  /** The header block of the returned message; empty when there was none. */
  readonly original: Fields;
  /** The message attached or pasted below, read as a report: gateways wrap reports in notices. */
  wrapped(): Report | undefined;
};

/**
 * Reads a report from bytes: the whole message, or its head and tail. The envelope sender, where
 * it is known, stands for Return-Path, which a message need not have; null is `<>`.
 */
export function parseReport(bytes: Uint8Array, sender?: string | null): Report {
  const report = readBytes(bytes);
  return sender === undefined ? report : { ...report, returnPath: sender?.toLowerCase() || null };
}

function readBytes(bytes: Uint8Array): Report {
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ends = readEnds(raw.length, (at, length) => raw.subarray(at, at + length));
  return readReport(ends.toString('latin1'), 0);
}

function readReport(text: string, depth: number): Report {
  const lines = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  const { fields: written, parts } = splitMessage(lines);
  const fields = legible(written);
  const contentType = first(fields, 'content-type');
  const decoded = parts.map(decode);
  const notice = readNotice(decoded);
  const enclosed = parts.find((part) => isMessage(part.type) && part.type !== 'message/partial');
  return {
    headers: fields,
    type: /^[^\s;]{1,150}/.exec(contentType)?.[0].toLowerCase() ?? 'text/plain',
    reportType: parameter(contentType, 'report-type').toLowerCase(),
    subject: decodeWords(first(fields, 'subject')),
    from: decodeWords(first(fields, 'from')),
    returnPath: returnPathOf(fields, lines),
    parts: decoded,
    notice,
    status: parts.filter(isStatus).flatMap((part) => statusGroups(decodeBody(part, maxStatus))),
    feedback: groupOf(decoded, 'message/feedback-report'),
    disposition: groupOf(decoded, 'message/disposition-notification'),
    original: originalOf(decoded, notice),
    wrapped: () => {
      if (depth >= maxWrapped) return undefined;
      if (!enclosed) return notice.copy === '' ? undefined : readReport(notice.copy, depth + 1);
      return readReport(untransferred(enclosed, decoded[parts.indexOf(enclosed)]), depth + 1);
    },
  };
}

/** Fields in raw UTF-8 (RFC 6532) or what else was written: characters instead of bytes. */
function legible(fields: Fields): Fields {
  const wide = /[\x80-\xff]/;
  const text = (value: string): string =>
    wide.test(value) ? headerText(Buffer.from(value, 'latin1')) : value;
  return new Map([...fields].map(([name, values]) => [name, values.map(text)]));
}

function decode(part: RawPart): ReportPart {
  const binary = /^(?:image|audio|video|application|font)\//.test(part.type);
  const text = binary ? '' : decodeBody(part, maxText);
  // A part without a type but with Received and From is the original, pasted in whole.
  const bare = part.depth > 0 && part.fields.has('received') && part.fields.has('from');
  return {
    type: part.type,
    description: first(part.fields, 'content-description').toLowerCase(),
    text: part.type === 'text/html' ? htmlText(text) : bare ? pasted(part.fields) : text,
  };
}

function decodeBody({ fields, body }: RawPart, max: number): string {
  const charset = parameter(first(fields, 'content-type'), 'charset');
  return decodePart(body, first(fields, 'content-transfer-encoding'), charset, max);
}

function pasted(fields: Fields): string {
  return [...fields].flatMap(([name, values]) => values.map((v) => `${name}: ${v}`)).join('\n');
}

function untransferred(part: RawPart, decoded: ReportPart | undefined): string {
  return first(part.fields, 'content-transfer-encoding') === ''
    ? part.body
    : (decoded?.text ?? part.body);
}

const messageTypes = new Set([
  'message/rfc822',
  'message/global',
  'message/rfc822-headers',
  'message/global-headers',
  'message/partial',
  'message/news',
  'text/rfc822',
  'text/rfc822-headers',
]);

/** Is it a returned message, or its header block? */
export function isMessage(type: string): boolean {
  return messageTypes.has(type);
}

function isStatus(part: RawPart): boolean {
  return part.type === 'message/delivery-status' || part.type === 'message/global-delivery-status';
}

function groupOf(parts: readonly ReportPart[], type: string): Fields | undefined {
  const part = parts.find((p) => p.type === type);
  return part && statusGroups(part.text)[0];
}

function originalOf(parts: readonly ReportPart[], notice: Notice): Fields {
  const part = parts.find((p) => isMessage(p.type));
  const fields = part ? embeddedFields(part.text) : undefined;
  return fields && fields.size > 0 ? fields : embeddedFields(notice.copy);
}

function returnPathOf(fields: Fields, text: string): string | null | undefined {
  const value = fields.get('return-path')?.[0]?.trim();
  const mbox = /^\n*From (\S{1,300}) /.exec(text)?.[1];
  const path = value ?? mbox;
  if (path === undefined) return undefined;
  const bare = path.replace(/^<|>$/g, '').trim().toLowerCase();
  return bare === '' || bare === '<>' ? null : bare;
}
