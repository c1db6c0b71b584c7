/** What of a message is to be read and found again: its text, and what is attached. */
import { Readable } from 'node:stream';
import { textOfHtml } from './html-text.ts';
import { type MimePart, walkMime } from './mime.ts';
import { decodeTransfer, encodingOf } from './transfer.ts';
import type { HeaderBlock } from './types.ts';
import { decodeText, parseContentType } from './words.ts';

/** A part that is no text of the message. */
export type ContentFile = {
  /** Which part of the message it is, as `walkMime` counts them. */
  readonly part: number;
  /** As its sender named it: never to be used as a name of a file. */
  readonly name: string;
  /** `image/png` */
  readonly type: string;
  /** Decoded, about. */
  readonly bytes: number;
};

export type Contents = {
  readonly text: string;
  /** True where there was more of it than was wanted. */
  readonly isCut: boolean;
  readonly files: readonly ContentFile[];
};

/** A message of which at least the header is in memory. */
export type Readable822 = { readonly headers: HeaderBlock; readonly body: Buffer | Readable };

/** Signatures are no attachments that anybody looks for. */
const signatures = new Set(['application/pgp-signature', 'application/pkcs7-signature']);
const maxFiles = 200;
const maxNameChars = 200;

type Leaf = { readonly part: MimePart; readonly chunks: Buffer[]; bytes: number };

/** Reads the text (HTML only where there is no plain text) and the names of files. Never throws. */
export async function contentsOf(message: Readable822, maxTextBytes: number): Promise<Contents> {
  const alone = aloneText(message, maxTextBytes);
  if (alone) return alone;
  const leaves: Leaf[] = [];
  const { headers, body } = message;
  const stream = Buffer.isBuffer(body) ? Readable.from([body], { objectMode: false }) : body;
  for await (const event of walkMime({ headers, body: stream })) {
    if (event.kind === 'part' && !event.part.container) {
      leaves.push({ part: event.part, chunks: [], bytes: 0 });
    } else if (event.kind === 'content') {
      const leaf = leaves.findLast(({ part }) => part === event.part);
      if (!leaf) continue;
      // An encoded byte may take three.
      if (isText(leaf.part) && leaf.bytes < maxTextBytes * 3) leaf.chunks.push(event.bytes);
      leaf.bytes += event.bytes.length;
    }
  }
  return gather(leaves, maxTextBytes);
}

/** A message that is nothing but plain text, as most are, needs no walk through its parts. */
function aloneText({ headers, body }: Readable822, maxTextBytes: number): Contents | undefined {
  if (!Buffer.isBuffer(body) || headers.has('content-disposition')) return undefined;
  const { type, subtype, params } = parseContentType(headers.raw('content-type')[0]);
  const encoding = encodingOf(headers);
  if (type !== 'text' || subtype !== 'plain' || encoding === undefined) return undefined;
  const bytes = decodeTransfer(body.subarray(0, maxTextBytes * 3), encoding);
  const text = decodeText(bytes.subarray(0, maxTextBytes), params.get('charset') ?? 'utf-8');
  return { text: plainLines(text), isCut: bytes.length > maxTextBytes, files: [] };
}

function isText({ type, subtype, disposition, filename }: MimePart): boolean {
  if (type !== 'text' || disposition === 'attachment') return false;
  return subtype === 'html' || filename === undefined;
}

function gather(leaves: readonly Leaf[], maxTextBytes: number): Contents {
  const texts = leaves.filter(({ part }) => isText(part));
  const plain = texts.filter(({ part }) => part.subtype !== 'html');
  const shown = plain.length > 0 ? plain : texts;
  let room = maxTextBytes;
  let isCut = false;
  const pieces: string[] = [];
  for (const { part, chunks } of shown) {
    const raw = decodeTransfer(Buffer.concat(chunks), encodingOf(part.headers) ?? '7bit');
    isCut ||= raw.length > room;
    const text = decodeText(raw.subarray(0, room), part.params.get('charset') ?? 'utf-8');
    room = Math.max(0, room - raw.length);
    pieces.push(part.subtype === 'html' ? htmlText(text) : plainLines(text));
  }
  const files = leaves.flatMap(({ part, bytes }) => (isText(part) ? [] : fileOf(part, bytes)));
  return { text: pieces.join('\n'), isCut, files: files.slice(0, maxFiles) };
}

function htmlText(html: string): string {
  try {
    return textOfHtml(html);
  } catch {
    // Nested beyond what the converter takes: the words are there all the same.
    return html.replaceAll(/<[^>]*>/g, ' ');
  }
}

function plainLines(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n');
}

function fileOf(part: MimePart, bytes: number): ContentFile[] {
  const type = `${part.type}/${part.subtype}`;
  if (signatures.has(type)) return [];
  const name = (part.filename ?? (part.type === 'message' ? 'message.eml' : '')).trim();
  return [
    {
      part: part.index,
      name: name.slice(0, maxNameChars),
      type,
      // Lines of 76 characters and their ends hold 57 bytes.
      bytes: part.encoding === 'base64' ? Math.floor((bytes * 57) / 78) : bytes,
    },
  ];
}
