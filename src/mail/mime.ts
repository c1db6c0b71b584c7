import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type HeaderBlock, parseHeaders } from './headers.ts';
import { messageBytes } from './range.ts';
import { type MimeNode, makeSplitter, type SplitterOutput } from './splitter.ts';
import type { FileRange } from './types.ts';
import { type ContentType, parseContentType } from './words.ts';

/** One node of a message's tree. */
export type MimePart = ContentType & {
  /** Counted from 0, the message itself, in order of appearance. */
  readonly index: number;
  /** 0 is the message itself. */
  readonly depth: number;
  readonly parent?: MimePart;
  readonly headers: HeaderBlock;
  /** Holds parts (a multipart with a boundary, or a message that is walked into), not content. */
  readonly container: boolean;
  /** Content-Transfer-Encoding, lower case; empty where not given. */
  readonly encoding: string;
  /** `inline`, `attachment`, ...; empty where not given. */
  readonly disposition: string;
  readonly filename?: string;
  /** A fresh stream that undoes the transfer encoding. */
  readonly decoder: () => Transform;
};

/** Why a message was not walked to its end. */
export type MimeVerdict = 'too-deep' | 'too-many-parts' | 'part-header-too-large' | 'unfaithful';

/**
 * What the walk meets, in order. All `bytes` one after the other are the message, to the byte.
 *
 * `part`: the header of a part, its blank line included. `content`: the next bytes of a leaf, as
 * transferred. `frame`: what holds the parts together (boundary lines, preamble, epilogue).
 * `verdict`: a limit was met, or bytes got lost on the way; nothing follows, and the message had
 * better stay as it is.
 */
export type MimeEvent =
  | { readonly kind: 'part'; readonly part: MimePart; readonly bytes: Buffer }
  | { readonly kind: 'content'; readonly part: MimePart; readonly bytes: Buffer }
  | { readonly kind: 'frame'; readonly part: MimePart; readonly bytes: Buffer }
  | { readonly kind: 'verdict'; readonly verdict: MimeVerdict; readonly reason: string };

/** What a message may hold, so that a hostile one costs neither memory nor time. */
export type MimeLimits = {
  readonly maxDepth?: number;
  readonly maxParts?: number;
  readonly maxPartHeaderBytes?: number;
  /** Also walk into attached messages; else message/rfc822 is a leaf. */
  readonly embedded?: boolean;
};

/** A message to walk: from a file, or on its way through. */
export type Walkable = { readonly headers: HeaderBlock; readonly body: FileRange | Readable };

/** Walk through the parts of a message, streaming. Reading errors are thrown. */
export async function* walkMime(
  message: Walkable,
  { maxDepth = 100, maxParts = 1000, maxPartHeaderBytes = 262_144, embedded }: MimeLimits = {},
): AsyncGenerator<MimeEvent, void, undefined> {
  const splitter = makeSplitter({
    ignoreEmbedded: !embedded,
    defaultInlineEmbedded: embedded === true,
    maxHeadSize: maxPartHeaderBytes + 4,
    maxChildNodes: maxParts,
  });
  const tree: Tree = { parts: new WeakMap(), count: 0 };
  const count = { read: 0, given: 0 };
  const source = Readable.from(counted(messageBytes(message.headers, message.body), count), {
    objectMode: false,
  });
  // What goes wrong reaches us through the splitter too; here it must only not go unhandled.
  const fed = pipeline(source, splitter).catch(() => undefined);
  try {
    for await (const chunk of splitter as AsyncIterable<SplitterOutput>) {
      const event = chunk.type === 'node' ? partEvent(chunk, tree) : bytesEvent(chunk, tree);
      if (event.kind === 'part' && event.part.depth > maxDepth) {
        yield verdict('too-deep', `Parts are nested deeper than ${maxDepth}.`);
        return;
      }
      if (event.kind !== 'verdict') count.given += event.bytes.length;
      yield event;
    }
    if (count.given !== count.read) {
      yield verdict('unfaithful', `Of ${count.read} bytes, ${count.given} came through.`);
    }
  } catch (error) {
    const limit = limitOf(error);
    if (limit === undefined) throw error;
    yield limit === 'too-many-parts'
      ? verdict(limit, `There are more than ${maxParts} parts.`)
      : verdict(limit, `The header of a part is longer than ${maxPartHeaderBytes} bytes.`);
  } finally {
    splitter.destroy();
    await fed;
  }
}

/** What is known of the parts; those that are over and hold nothing may be forgotten. */
type Tree = { readonly parts: WeakMap<MimeNode, MimePart>; count: number };

async function* counted(
  bytes: AsyncIterable<Buffer>,
  count: { read: number },
): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    count.read += chunk.length;
    yield chunk;
  }
}

function partEvent(node: MimeNode, tree: Tree): MimeEvent {
  const bytes = node.getHeaders();
  const headers = parseHeaders(withoutBlankLine(bytes));
  const parent = node.parentNode ? tree.parts.get(node.parentNode) : undefined;
  const type = parseContentType(headers.raw('content-type')[0]);
  const part: MimePart = {
    ...type,
    index: tree.count++,
    depth: parent ? parent.depth + 1 : 0,
    ...(parent && { parent }),
    headers,
    container: (type.type === 'multipart' && node._boundary !== false) || node.messageNode === true,
    encoding: node.encoding || '',
    disposition: node.disposition || '',
    ...(node.filename && { filename: node.filename }),
    decoder: () => node.getDecoder(),
  };
  tree.parts.set(node, part);
  return { kind: 'part', part, bytes };
}

function bytesEvent(chunk: Exclude<SplitterOutput, MimeNode>, { parts }: Tree): MimeEvent {
  const bytes = chunk.value ?? Buffer.alloc(0);
  const part = parts.get(chunk.node);
  if (part) return { kind: chunk.type === 'body' ? 'content' : 'frame', part, bytes };
  // A boundary line comes with the part that it begins, which is not there yet.
  const parent = chunk.node.parentNode ? parts.get(chunk.node.parentNode) : undefined;
  if (parent) return { kind: 'frame', part: parent, bytes };
  throw new Error('bytes of a part without a header');
}

function withoutBlankLine(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== 0x0a) return bytes;
  const end = bytes.at(-2) === 0x0d ? bytes.length - 2 : bytes.length - 1;
  return end === 0 || bytes[end - 1] === 0x0a ? bytes.subarray(0, end) : bytes;
}

function limitOf(error: unknown): MimeVerdict | undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'EMAXLEN')) return undefined;
  return error.message.includes('child nodes') ? 'too-many-parts' : 'part-header-too-large';
}

function verdict(name: MimeVerdict, reason: string): MimeEvent {
  return { kind: 'verdict', verdict: name, reason };
}
