/** What a reader sees of a message where only text can be shown. */
import { Readable } from 'node:stream';
import { textOfHtml } from './html-text.ts';
import { type MimePart, type Walkable, walkMime } from './mime.ts';
import { decodeText } from './words.ts';

export type PostingText = {
  /** Lines that end with LF; empty where there is no text. */
  readonly text: string;
  /** There is more of it. */
  readonly isCut: boolean;
  readonly attachments: readonly Attachment[];
};

export type Attachment = {
  readonly name: string;
  /** `image/png` */
  readonly type: string;
  /** Decoded, about. */
  readonly bytes: number;
};

/** Text that is shown of one message; whoever writes more is read elsewhere. */
const maxTextBytes = 262_144;
const maxAttachments = 100;
/** Parts of a signature are nothing to read. */
const signatures = /^application\/(?:pgp-signature|(?:x-)?pkcs7-signature)$/;

type Piece = {
  readonly part: MimePart;
  readonly kind: 'plain' | 'html';
  readonly chunks: Buffer[];
};
type Sized = { readonly part: MimePart; bytes: number };

/** The text of a message: its plain text, else its HTML as text; and what else is in it. */
export async function postingText(message: Walkable): Promise<PostingText> {
  const pieces: Piece[] = [];
  const others: Sized[] = [];
  let size = 0;
  let isCut = false;
  for await (const event of walkMime(message)) {
    if (event.kind === 'verdict') isCut = true;
    if (event.kind === 'part' && !event.part.container) {
      const kind = kindOf(event.part);
      if (kind) pieces.push({ part: event.part, kind, chunks: [] });
      else if (others.length < maxAttachments) others.push({ part: event.part, bytes: 0 });
    }
    if (event.kind !== 'content') continue;
    const piece = pieces.findLast(({ part }) => part === event.part);
    const other = others.findLast(({ part }) => part === event.part);
    if (other) other.bytes += event.bytes.length;
    if (!piece) continue;
    size += event.bytes.length;
    if (size > maxTextBytes) isCut = true;
    else piece.chunks.push(event.bytes);
  }
  const texts = await Promise.all(chosen(pieces).map(decoded));
  return {
    text: texts
      .map((text) => text.trimEnd())
      .filter((text) => text !== '')
      .map((text) => `${text}\n`)
      .join('\n'),
    isCut,
    attachments: others.map(attachmentOf).filter(({ type }) => !signatures.test(type)),
  };
}

function kindOf(part: MimePart): Piece['kind'] | undefined {
  if (part.type !== 'text' || part.disposition === 'attachment') return undefined;
  if (part.subtype === 'html') return 'html';
  return part.subtype === 'plain' ? 'plain' : undefined;
}

/** Of alternatives the plain one, where there is one. */
function chosen(pieces: readonly Piece[]): Piece[] {
  const plain = new Set(
    pieces.flatMap(({ kind, part }) => (kind === 'plain' ? alternativesOf(part) : [])),
  );
  return pieces.filter(
    ({ kind, part }) => kind === 'plain' || !alternativesOf(part).some((one) => plain.has(one)),
  );
}

function alternativesOf(part: MimePart): MimePart[] {
  const found: MimePart[] = [];
  for (let above = part.parent; above; above = above.parent) {
    if (above.type === 'multipart' && above.subtype === 'alternative') found.push(above);
  }
  return found;
}

async function decoded({ part, kind, chunks }: Piece): Promise<string> {
  const decoder = part.decoder();
  Readable.from(chunks, { objectMode: false }).pipe(decoder);
  const out: Buffer[] = [];
  for await (const chunk of decoder) out.push(chunk as Buffer);
  const text = decodeText(Buffer.concat(out), part.params.get('charset') ?? 'utf-8');
  const lines = text.replaceAll(/\r\n?/g, '\n');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what goes
  const clean = lines.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
  return kind === 'html' ? textOfHtml(clean) : clean;
}

function attachmentOf({ part, bytes }: Sized): Attachment {
  return {
    name: part.filename ?? '',
    type: `${part.type}/${part.subtype}`,
    // Lines of 76 characters and their ends hold 57 bytes.
    bytes: part.encoding === 'base64' ? Math.floor((bytes * 57) / 78) : bytes,
  };
}
