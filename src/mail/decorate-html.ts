/** Texts within a text/html body, at the beginning and the end of the page. */
import {
  contentHead,
  type Decorated,
  hasLongLine,
  hasPgp,
  isAttachment,
  isPersonal,
  lineEndOf,
  linesOf,
  type Part,
  type Texts,
  takesAscii,
} from './decorate-part.ts';
import { holeOfLine } from './hole.ts';
import { peeked } from './peek.ts';
import { base64Lines, decodeQuoted, encodingOf, quoted } from './transfer.ts';
import type { HeaderBlock } from './types.ts';
import { parseContentType } from './words.ts';

/** A tag with more attributes than this is not one that we look for. */
const tagRest = '(?:\\s[^<>]{0,2000})?>';

type Insertion = { readonly at: number; readonly html: string };

/**
 * The part with the texts in its page; undefined where that cannot be done in its own terms.
 *
 * What is put in is all ASCII, other characters as references, so charset and encoding need not
 * change. What was there keeps its bytes (only base64 is written anew).
 */
export function decorateHtml(part: Part, texts: Texts): Decorated | undefined {
  const { headers, body } = part;
  const encoding = encodingOf(headers);
  // The end of the page is where the last closing tag stands: that needs the whole page.
  if (!body.isWhole || encoding === undefined || isAttachment(headers)) return undefined;
  const { params } = parseContentType(headers.raw('content-type')[0]);
  if (!takesAscii(params.get('charset') || 'us-ascii')) return undefined;
  const content = contentHead(body, encoding);
  if (content === undefined || hasPgp(content)) return undefined;
  const lineEnd = lineEndOf(body.head, headers.lineEnd);
  const insertions = placed(content, texts, lineEnd);
  if (insertions === undefined) return undefined;
  if (isPersonal(texts) && encoding !== 'quoted-printable') {
    return requoted(headers, insert(content, insertions, Buffer.from), lineEnd);
  }
  switch (encoding) {
    case 'base64': {
      const page = insert(content, insertions, (html) => Buffer.from(html));
      return { headers, chunks: peeked(base64Lines(page, lineEnd)).chunks() };
    }
    case 'quoted-printable': {
      const { offsets } = decodeQuoted(body.head);
      const moved = insertions.map(({ at, html }) => ({ at: offsets[at] ?? 0, html }));
      // Soft line breaks around it keep the lines as short as they were.
      const soft = Buffer.from(`=${lineEnd}`);
      const page = insert(body.head, moved, (html) =>
        Buffer.concat([soft, quoted(Buffer.from(html), lineEnd), soft]),
      );
      return { headers, chunks: peeked(page).chunks() };
    }
    default: {
      if (insertions.some(({ html }) => hasLongLine(Buffer.from(html)))) return undefined;
      const page = insert(body.head, insertions, (html) => Buffer.from(html));
      return { headers, chunks: peeked(page).chunks() };
    }
  }
}

/** Where the texts go; undefined where the page has its end before its beginning. */
function placed(content: Buffer, texts: Texts, lineEnd: string): Insertion[] | undefined {
  const page = withoutComments(content.toString('latin1'));
  const top = beginning(page);
  const bottom = end(page);
  if (top > bottom) return undefined;
  const insertions: Insertion[] = [
    { at: top, html: block(texts.header, lineEnd, texts.mark) },
    { at: bottom, html: block(texts.footer, lineEnd, texts.mark) },
  ];
  return insertions.filter(({ html }) => html !== '');
}

/**
 * Comments as blanks of the same length: what looks like a tag in one is none. A comment without
 * end goes on to the end of the page.
 */
function withoutComments(page: string): string {
  let out = '';
  let from = 0;
  for (;;) {
    const start = page.indexOf('<!--', from);
    if (start < 0) return out + page.slice(from);
    const stop = page.indexOf('-->', start + 4);
    const next = stop < 0 ? page.length : stop + 3;
    out += page.slice(from, start) + ' '.repeat(next - start);
    from = next;
  }
}

function beginning(page: string): number {
  for (const tag of [
    `<body${tagRest}`,
    '</head\\s{0,9}>',
    `<html${tagRest}`,
    `<!doctype${tagRest}`,
  ]) {
    const match = new RegExp(tag, 'i').exec(page);
    if (match) return match.index + match[0].length;
  }
  return 0;
}

function end(page: string): number {
  for (const tag of ['body', 'html']) {
    const last = [...page.matchAll(new RegExp(`</${tag}\\s{0,9}>`, 'gi'))].at(-1);
    if (last) return last.index;
  }
  return page.trimEnd().length;
}

function insert(
  raw: Buffer,
  insertions: readonly Insertion[],
  encode: (html: string) => Buffer,
): Buffer {
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { at, html } of insertions) {
    pieces.push(raw.subarray(from, at), encode(html));
    from = at;
  }
  return Buffer.concat([...pieces, raw.subarray(from)]);
}

/** The page as quoted-printable, where lines of any length can be broken. */
function requoted(headers: HeaderBlock, page: Buffer, lineEnd: string): Decorated {
  return {
    headers: headers.setRaw('Content-Transfer-Encoding', 'quoted-printable'),
    chunks: peeked(quoted(page, lineEnd)).chunks(),
  };
}

/** A text as HTML in ASCII, its links made to work. */
function block(text: string, lineEnd: string, mark: string | undefined): string {
  const lines = linesOf(text).map((line) => holeOfLine(line, mark, 'html') ?? htmlLine(line));
  if (lines.length === 0) return '';
  return `${lineEnd}<div>${lines.join(`<br>${lineEnd}`)}</div>${lineEnd}`;
}

/** A line of text as HTML in ASCII, its links made to work. */
export function htmlLine(line: string): string {
  return line
    .split(/((?:https?:\/\/|mailto:)[^\s<>"']+[^\s<>"'.,;:!?)])/)
    .map((piece, i) =>
      i % 2 === 1 ? `<a href="${escaped(piece)}">${escaped(piece)}</a>` : escaped(piece),
    )
    .join('');
}

function escaped(text: string): string {
  return text.replace(/[^ !#-%'-;=?-~\t]/gu, (char) => `&#${char.codePointAt(0) ?? 0xfffd};`);
}
