/** Texts in multipart bodies: as parts of a mixed one, within the children of an alternative. */
import { decorateHtml } from './decorate-html.ts';
import {
  type Decorated,
  lineEndOf,
  type Part,
  type Texts,
  textPart,
  typeOf,
} from './decorate-part.ts';
import { decoratePlain } from './decorate-plain.ts';
import { allDelimiters, delimiterOf, findDelimiter } from './delimiter.ts';
import { parseHeaders } from './headers.ts';
import { peeked } from './peek.ts';
import { encodingOf } from './transfer.ts';
import type { HeaderBlock } from './types.ts';

/** The kinds of children that an alternative may have, each once. */
const ways = new Map([
  ['plain', decoratePlain],
  ['html', decorateHtml],
]);

/** The delimiter of a multipart; undefined where there is none, or the body is encoded whole. */
function delimiter(headers: HeaderBlock): Buffer | undefined {
  const boundary = typeOf(headers)?.params.get('boundary');
  const encoding = encodingOf(headers);
  const isEncoded = encoding === 'base64' || encoding === 'quoted-printable';
  return !boundary || encoding === undefined || isEncoded ? undefined : delimiterOf(boundary);
}

/**
 * A mixed multipart with the texts as its first and last part; all others, preamble and epilogue
 * keep their bytes. Only the beginning need be known; the rest passes through.
 */
export function decorateMixed({ headers, body }: Part, texts: Texts): Decorated | undefined {
  const line = delimiter(headers);
  if (line === undefined) return undefined;
  const first = findDelimiter(body.head, line, 0, { atLineStart: true, isLast: body.isWhole });
  if (first.kind === 'none' || first.isClosing) return undefined;
  const lineEnd = lineEndOf(body.head, headers.lineEnd);
  const asPart = (text: string): Buffer =>
    text.trim() === ''
      ? Buffer.alloc(0)
      : Buffer.concat([
          line,
          Buffer.from(lineEnd),
          textPart(text, lineEnd, texts.mark),
          Buffer.from(lineEnd),
        ]);
  const added = { line, lineEnd, first: asPart(texts.header), last: asPart(texts.footer) };
  return { headers, chunks: withParts(body.chunks(), added) };
}

type Added = {
  readonly line: Buffer;
  readonly lineEnd: string;
  readonly first: Buffer;
  readonly last: Buffer;
};

/**
 * Puts `first` before the first delimiter and `last` before the closing one. The first closing
 * delimiter counts: what comes behind is epilogue for every reader, whatever it looks like.
 */
async function* withParts(
  chunks: AsyncIterable<Buffer>,
  { line, lineEnd, first, last }: Added,
): AsyncGenerator<Buffer> {
  let kept: Buffer = Buffer.alloc(0);
  let atLineStart = true;
  let isOpen = false;
  let isClosed = false;
  for await (const chunk of withEnd(chunks)) {
    const isLast = chunk === undefined;
    if (chunk !== undefined) kept = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
    let from = 0;
    while (!isClosed) {
      const found = findDelimiter(kept, line, from, { atLineStart, isLast });
      const upTo = found.kind === 'found' ? found.start : found.resume;
      if (upTo > from) {
        yield kept.subarray(from, upTo);
        atLineStart = kept[upTo - 1] === 0x0a;
        from = upTo;
      }
      if (found.kind === 'none') break;
      if (!isOpen) yield first;
      if (found.isClosing) yield last;
      yield kept.subarray(found.start, found.end);
      isOpen = true;
      isClosed = found.isClosing;
      atLineStart = true;
      from = found.end;
    }
    if (isClosed && from < kept.length) yield kept.subarray(from);
    kept = isClosed ? Buffer.alloc(0) : kept.subarray(from);
  }
  if (isClosed || last.length === 0) return;
  // The line end before a delimiter belongs to the delimiter, so the last part keeps its own.
  yield Buffer.concat([Buffer.from(lineEnd), last, line, Buffer.from(`--${lineEnd}`)]);
}

async function* withEnd(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer | undefined> {
  for await (const chunk of chunks) yield chunk;
  yield undefined;
}

/**
 * An alternative with the texts in each of its children, in the way of each; undefined unless they
 * are one plain text or one page of HTML, or one of each, that can be added to.
 */
export async function decorateAlternative(
  { headers, body }: Part,
  texts: Texts,
): Promise<Decorated | undefined> {
  const line = delimiter(headers);
  if (line === undefined || !body.isWhole) return undefined;
  const lines = allDelimiters(body.head, line, ways.size + 2);
  if (lines.length < 2 || lines.at(-1)?.isClosing !== true) return undefined;
  const pieces: Buffer[] = [];
  const seen = new Set<string>();
  let from = 0;
  for (const [i, { start, end }] of lines.entries()) {
    if (i > 0) {
      const child = await decorateChild(body.head.subarray(from, start), texts, seen);
      if (child === undefined) return undefined;
      pieces.push(child);
      from = start;
    }
    pieces.push(body.head.subarray(from, end));
    from = end;
  }
  pieces.push(body.head.subarray(from));
  return { headers, chunks: peeked(Buffer.concat(pieces)).chunks() };
}

/** One child from its header to the line end before the next delimiter, decorated. */
async function decorateChild(
  bytes: Buffer,
  texts: Texts,
  seen: Set<string>,
): Promise<Buffer | undefined> {
  const lineEnd = /\r?\n$/.exec(bytes.toString('latin1', bytes.length - 2))?.[0] ?? '';
  const content = bytes.subarray(0, bytes.length - lineEnd.length);
  const bodyStart = headerEnd(content);
  if (bodyStart === undefined) return undefined;
  const part: Part = {
    headers: parseHeaders(content.subarray(0, bodyStart.header)),
    body: peeked(content.subarray(bodyStart.body)),
  };
  const type = typeOf(part.headers);
  if (type?.type !== 'text' || seen.has(type.subtype)) return undefined;
  seen.add(type.subtype);
  const done = ways.get(type.subtype)?.(part, texts);
  if (done === undefined) return undefined;
  const blank = content.subarray(bodyStart.header, bodyStart.body);
  const chunks = [done.headers.bytes(), blank];
  for await (const chunk of done.chunks) chunks.push(chunk);
  return Buffer.concat([...chunks, Buffer.from(lineEnd)]);
}

/** Where the header ends and where the body begins, the blank line between them. */
function headerEnd(bytes: Buffer): { header: number; body: number } | undefined {
  let line = 0;
  while (line < bytes.length) {
    if (bytes[line] === 0x0a) return { header: line, body: line + 1 };
    if (bytes[line] === 0x0d && bytes[line + 1] === 0x0a) return { header: line, body: line + 2 };
    const next = bytes.indexOf(0x0a, line);
    if (next < 0) return undefined;
    line = next + 1;
  }
  return undefined;
}
