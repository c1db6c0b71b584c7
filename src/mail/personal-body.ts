/** Takes what stands in {{ }} out of the text of a message, for each copy to be filled in. */
import { Readable } from 'node:stream';
import { fragmentName, holeText } from './hole.ts';
import { type MimePart, type Walkable, walkMime } from './mime.ts';
import { decodeTransfer, type Encoding, quoted } from './transfer.ts';
import type { BodyTransform, HeaderBlock } from './types.ts';
import { partText } from './words.ts';

/** Texts that are longer, all together, are left as they are. */
const maxTextBytes = 1_048_576;

/** Cuts a text into what is the same for all and fragments; see `cutFragments`. */
export type CutText = (text: string) => string;

/**
 * The transform that puts holes into the text parts of a message; undefined where there are none
 * to put, or the message had better be left alone. Parts with holes go out as UTF-8 in
 * quoted-printable; all others keep their bytes, and so does what is signed. `message` is as it
 * will be when the transform is run: with what those before it make of it.
 */
export async function personalBody(
  message: Walkable,
  mark: string,
  isTemplate: (text: string) => boolean,
  cut: CutText,
): Promise<BodyTransform | undefined> {
  const texts = new Map<number, { readonly part: MimePart; readonly chunks: Buffer[] }>();
  let size = 0;
  for await (const event of walkMime(message)) {
    if (event.kind === 'verdict') return undefined;
    const { part, bytes } = event;
    if (event.kind !== 'content' || !isOpenText(part)) continue;
    size += bytes.length;
    if (size > maxTextBytes) return undefined;
    const known = texts.get(part.index) ?? { part, chunks: [] };
    known.chunks.push(bytes);
    texts.set(part.index, known);
  }
  const written = new Map<number, Buffer>();
  for (const [index, { part, chunks }] of texts) {
    const raw = decodeTransfer(Buffer.concat(chunks), encodingOf(part));
    const text = partText(raw, part.params.get('charset') || 'us-ascii');
    if (!isTemplate(text)) continue;
    const lines = part.subtype === 'html' ? withEdgesApart(text) : text;
    written.set(index, withHoles(part, cut(lines), mark));
  }
  return written.size === 0
    ? undefined
    : {
        name: 'personal-body',
        run: async (headers, body) => {
          const out = Readable.from(rewritten(headers, body, written), { objectMode: false });
          out.once('close', () => body.destroy());
          return { headers: written.has(0) ? recoded(headers) : headers, body: out };
        },
      };
}

async function* rewritten(
  headers: HeaderBlock,
  body: Readable,
  written: ReadonlyMap<number, Buffer>,
): AsyncGenerator<Buffer> {
  for await (const event of walkMime({ headers, body })) {
    if (event.kind === 'verdict') throw new Error(event.reason);
    const { part, bytes } = event;
    const text = written.get(part.index);
    if (event.kind === 'part') {
      if (part.index > 0) yield text ? recoded(part.headers).bytesWithBlankLine() : bytes;
      if (text) yield text;
    } else if (event.kind !== 'content' || !text) yield bytes;
  }
}

/** Where a page begins and ends: what a list adds to it is put there. */
const edges = /<\/?(?:html|head|body)(?:\s[^<>]{0,2000})?>/gi;

/** A page in one line would be one piece, and nobody would see any more where it ends. */
function withEdgesApart(page: string): string {
  const lines = page.split('\n');
  return lines
    .map((line) => (line.includes('{') ? line.replace(edges, '\n$&\n') : line))
    .join('\n');
}

function withHoles(part: MimePart, text: string, mark: string): Buffer {
  const isFlowed = part.params.get('format')?.toLowerCase() === 'flowed';
  const form = part.subtype === 'html' ? 'page' : isFlowed ? 'flowed' : 'text';
  const form0 = `{${mark}:`;
  const lines = text.split(/\r?\n/).map((line) => {
    const [, n] = line.startsWith(form0) ? (/:(\d{1,6})\}$/.exec(line) ?? []) : [];
    return n === undefined ? line : holeText(mark, fragmentName(Number(n), form));
  });
  return quoted(Buffer.from(lines.join('\n')), part.headers.lineEnd);
}

function recoded(headers: HeaderBlock): HeaderBlock {
  const value = headers.raw('content-type')[0] ?? 'text/plain';
  const bare = value.replace(/;\s*charset\s*=\s*(?:"[^"]*"|[^;\s()]*)/i, '').replace(/[\s;]+$/, '');
  const out = headers
    .setRaw('Content-Type', `${bare}; charset=utf-8`)
    .setRaw('Content-Transfer-Encoding', 'quoted-printable');
  return out.has('mime-version') ? out : out.setRaw('MIME-Version', '1.0');
}

function isOpenText(part: MimePart): boolean {
  if (part.container || part.type !== 'text' || part.disposition === 'attachment') return false;
  if (part.subtype !== 'plain' && part.subtype !== 'html') return false;
  for (let one = part.parent; one; one = one.parent) {
    if (one.subtype === 'signed' || one.subtype === 'encrypted') return false;
  }
  return true;
}

function encodingOf({ encoding }: MimePart): Encoding {
  return encoding === 'base64' || encoding === 'quoted-printable' ? encoding : '8bit';
}
