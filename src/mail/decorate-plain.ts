/** Texts around a text/plain body, in its own charset and encoding. */
import {
  contentHead,
  type Decorated,
  hasLongLine,
  hasPgp,
  isAscii,
  isAttachment,
  isPersonal,
  lineEndOf,
  linesOf,
  type Part,
  type Texts,
  takesAscii,
  takesText,
} from './decorate-part.ts';
import { holeOfLine } from './hole.ts';
import { peeked } from './peek.ts';
import {
  base64Content,
  base64Stream,
  decodeTransfer,
  type Encoding,
  encodingOf,
  quoted,
  quotedStream,
} from './transfer.ts';
import type { HeaderBlock } from './types.ts';
import { encodeText, parseContentType, partText } from './words.ts';

/** So much of the end of a body is looked at to see how it ends. */
const tailBytes = 256;

type Laid = { readonly header: Buffer; readonly footer: Buffer };

/** The part with the texts around its own; undefined where that cannot be done in its terms. */
export function decoratePlain(part: Part, texts: Texts): Decorated | undefined {
  const { headers, body } = part;
  const encoding = encodingOf(headers);
  if (encoding === undefined || isAttachment(headers)) return undefined;
  const content = contentHead(body, encoding);
  if (content === undefined || hasPgp(content)) return undefined;
  const lineEnd =
    encoding === 'base64' ? lineEndOf(content, '\r\n') : lineEndOf(body.head, headers.lineEnd);
  const { params } = parseContentType(headers.raw('content-type')[0]);
  const isFlowed = params.get('format')?.toLowerCase() === 'flowed';
  const declared = params.get('charset')?.trim() || 'us-ascii';
  if (!takesText(declared)) return undefined;
  if (isPersonal(texts))
    return decorateEach(part, texts, { encoding, lineEnd, isFlowed }, declared);
  const lay = (charset: string): Laid | undefined => {
    const header = encodeText(layOut(texts.header, lineEnd, isFlowed), charset);
    const footer = encodeText(layOut(texts.footer, lineEnd, isFlowed), charset);
    return header && footer && { header, footer };
  };
  const layer: Layer = { encoding, lineEnd, isFlowed };
  const laid = lay(declared);
  if (laid !== undefined) return around(part, headers, laid, layer);
  // What is all ASCII is UTF-8 as well. That has to be known of the whole of it.
  const upgradable = body.isWhole && takesAscii(declared) && isAscii(content);
  const upgraded = upgradable ? withCharset(headers, 'utf-8') : undefined;
  const relaid = lay('utf-8');
  return upgraded && relaid && around(part, upgraded, relaid, layer);
}

type Layer = {
  readonly encoding: Encoding;
  readonly lineEnd: string;
  readonly isFlowed: boolean;
};

/**
 * Around a text whose copies will differ: whatever the values, UTF-8 has them and quoted-printable
 * takes them. Text in another charset is written anew, where all of it is known.
 */
function decorateEach(
  { headers, body }: Part,
  texts: Texts,
  { encoding, lineEnd, isFlowed }: Layer,
  declared: string,
): Decorated | undefined {
  const isUtf8 = /^utf-?8$/i.test(declared);
  const content = contentHead(body, encoding);
  if (content === undefined || (!isUtf8 && !body.isWhole)) return undefined;
  const fit = isUtf8 ? headers : withCharset(headers, 'utf-8');
  const form = isFlowed ? 'flowed' : 'text';
  const laid = (text: string): Buffer => {
    const lines = linesOf(text).map((line) => {
      const hole = holeOfLine(line, texts.mark, form);
      return hole === undefined ? fixedLine(line, isFlowed) + lineEnd : hole + lineEnd;
    });
    return Buffer.from(lines.join(''));
  };
  const around = { header: laid(texts.header), footer: laid(texts.footer) };
  if (fit === undefined) return undefined;
  if (isUtf8 && encoding === 'quoted-printable') {
    const encoded = {
      header: quoted(around.header, lineEnd),
      footer: quoted(around.footer, lineEnd),
    };
    const gap = (tail: Buffer): string => quotedGap(tail, lineEnd, isFlowed);
    return { headers, chunks: enclose(body.chunks(), encoded, gap) };
  }
  const gap = (tail: Buffer): string => plainGap(tail, lineEnd, isFlowed);
  const plain = isUtf8
    ? encoding === 'base64'
      ? base64Content(body.chunks())
      : body.chunks()
    : peeked(Buffer.from(partText(content, declared))).chunks();
  return {
    headers: fit.setRaw('Content-Transfer-Encoding', 'quoted-printable'),
    chunks: quotedStream(enclose(plain, around, gap), lineEnd),
  };
}

function around(
  { body }: Part,
  headers: HeaderBlock,
  { header, footer }: Laid,
  { encoding, lineEnd, isFlowed }: Layer,
): Decorated | undefined {
  if (encoding === 'quoted-printable') {
    const encoded = { header: quoted(header, lineEnd), footer: quoted(footer, lineEnd) };
    const gap = (tail: Buffer): string => quotedGap(tail, lineEnd, isFlowed);
    return { headers, chunks: enclose(body.chunks(), encoded, gap) };
  }
  const gap = (tail: Buffer): string => plainGap(tail, lineEnd, isFlowed);
  if (encoding === 'base64') {
    const content = enclose(base64Content(body.chunks()), { header, footer }, gap);
    return { headers, chunks: base64Stream(content, headers.lineEnd) };
  }
  const chunks = enclose(body.chunks(), { header, footer }, gap);
  const isLong = hasLongLine(header) || hasLongLine(footer);
  if (encoding !== '7bit') return isLong ? undefined : { headers, chunks };
  if (!isLong && isAscii(header) && isAscii(footer)) return { headers, chunks };
  // Not 8bit: a relay that cannot pass that on would re-code the body and break our signature.
  return {
    headers: headers.setRaw('Content-Transfer-Encoding', 'quoted-printable'),
    chunks: quotedStream(chunks, lineEnd),
  };
}

/** Header, body, the gap that the end of the body calls for, footer. */
async function* enclose(
  body: AsyncIterable<Buffer>,
  { header, footer }: Laid,
  gap: (tail: Buffer) => string,
): AsyncGenerator<Buffer> {
  if (header.length > 0) yield header;
  let tail: Buffer = Buffer.alloc(0);
  for await (const chunk of body) {
    yield chunk;
    tail = Buffer.concat([tail, chunk.subarray(-tailBytes)]).subarray(-tailBytes);
  }
  if (footer.length > 0) yield Buffer.concat([Buffer.from(gap(tail)), footer]);
}

/** The missing line end; and an empty line where a flowed paragraph would take the footer in. */
function plainGap(tail: Buffer, lineEnd: string, isFlowed: boolean): string {
  if (tail.length === 0) return '';
  const missing = tail.at(-1) === 0x0a ? '' : lineEnd;
  return missing + (isFlowed && endsFlowed(tail) ? lineEnd : '');
}

/** The same where the end may be a soft line break, which an empty line completes. */
function quotedGap(tail: Buffer, lineEnd: string, isFlowed: boolean): string {
  if (tail.length === 0) return '';
  const text = tail.toString('latin1');
  const missing = text.endsWith('\n') ? '' : lineEnd;
  const open = /=[ \t]*(?:\r?\n)?$/.test(text) ? lineEnd : '';
  const content = decodeTransfer(tail, 'quoted-printable');
  return missing + open + (isFlowed && endsFlowed(content) ? lineEnd : '');
}

/** RFC 3676: a line that ends with a space goes on in the next, unless it is the signature's. */
function endsFlowed(content: Buffer): boolean {
  const text = content.toString('latin1').replace(/\r?\n$/, '');
  const last = text.slice(text.lastIndexOf('\n') + 1);
  return last.endsWith(' ') && !/^(?:> ?)*-- $/.test(last);
}

/** A text as lines. */
function layOut(text: string, lineEnd: string, isFlowed: boolean): string {
  return linesOf(text)
    .map((line) => fixedLine(line, isFlowed) + lineEnd)
    .join('');
}

/** In format=flowed each line of ours is a fixed one, and stuffed where it must be. */
export function fixedLine(line: string, isFlowed: boolean): string {
  if (!isFlowed) return line;
  const fixed = line === '-- ' ? line : line.trimEnd();
  return /^(?: |>|From )/.test(fixed) ? ` ${fixed}` : fixed;
}

/** The header with another charset and all other parameters as they were. */
function withCharset(headers: HeaderBlock, charset: string): HeaderBlock | undefined {
  const value = headers.raw('content-type')[0] ?? 'text/plain';
  const form = /;\s*charset\s*=\s*(?:"[^"]*"|[^;\s()]*)/i;
  const parameter = `; charset=${charset}`;
  const changed = form.test(value)
    ? value.replace(form, parameter)
    : `${value.replace(/[\s;]+$/, '')}${parameter}`;
  const isRight = parseContentType(changed).params.get('charset') === charset;
  return isRight ? headers.setRaw('Content-Type', changed) : undefined;
}
