/** What a message is made of, without its content. */
import { Readable } from 'node:stream';
import type { HeaderBlock } from './headers.ts';
import { type MimePart, type MimeVerdict, type Walkable, walkMime } from './mime.ts';
import { parseContentType } from './words.ts';

export type PartFacts = {
  /** `image/png` */
  readonly type: string;
  readonly filename: string | undefined;
  readonly isAttachment: boolean;
  /** The types of what it stands in, the innermost first. */
  readonly inside: readonly string[];
  /** Decoded, about. */
  readonly bytes: number;
  readonly headers: HeaderBlock;
};

/** Parts that are told of; a message with more is in trouble anyway. */
const maxParts = 1000;
/** The headers of all parts together: they are kept until the rules were asked. */
const maxHeaderBytes = 2_097_152;

/** Why not all parts could be looked at. */
export type PartsTrouble = MimeVerdict;

/** The parts that hold content, in order; `trouble` says why that is not all of them. */
export async function partsOf(
  message: Walkable,
): Promise<{ readonly parts: readonly PartFacts[]; readonly trouble: PartsTrouble | undefined }> {
  const alone = leafAlone(message);
  if (alone) return { parts: [alone], trouble: undefined };
  const leaves: { part: MimePart; bytes: number }[] = [];
  let trouble: PartsTrouble | undefined;
  let headerBytes = 0;
  for await (const event of walkMime(message, { maxParts })) {
    if (event.kind === 'verdict') trouble = event.verdict;
    else if (event.kind === 'part') {
      headerBytes += event.bytes.length;
      if (headerBytes > maxHeaderBytes) {
        trouble = 'part-header-too-large';
        break;
      }
      if (!event.part.container) leaves.push({ part: event.part, bytes: 0 });
    } else if (event.kind === 'content') {
      const leaf = leaves.findLast(({ part }) => part === event.part);
      if (leaf) leaf.bytes += event.bytes.length;
    }
  }
  const parts = leaves.map(({ part, bytes }) => ({
    type: `${part.type}/${part.subtype}`,
    filename: part.filename,
    inside: containersOf(part),
    isAttachment: part.disposition === 'attachment' || part.filename !== undefined,
    // Lines of 76 characters and their ends hold 57 bytes.
    bytes: part.encoding === 'base64' ? Math.floor((bytes * 57) / 78) : bytes,
    headers: part.headers,
  }));
  return { parts, trouble };
}

function containersOf(part: MimePart): string[] {
  const found: string[] = [];
  for (let above = part.parent; above; above = above.parent) {
    found.push(`${above.type}/${above.subtype}`);
  }
  return found;
}

/** A message from a file that is nothing but plain text, as most are, needs no walk. */
function leafAlone({ headers, body }: Walkable): PartFacts | undefined {
  if (body instanceof Readable || headers.has('content-disposition')) return undefined;
  const { type, subtype, params } = parseContentType(headers.raw('content-type')[0]);
  const isCoded = headers.has('content-transfer-encoding');
  if (type !== 'text' || subtype !== 'plain' || params.has('name') || isCoded) return undefined;
  return {
    type: 'text/plain',
    filename: undefined,
    isAttachment: false,
    inside: [],
    bytes: body.end - body.start,
    headers,
  };
}
