/** Removes a password that a moderator wrote into the text of a message. */
import { Readable } from 'node:stream';
import { type MimePart, walkMime } from './mime.ts';
import { base64Lines, decodeTransfer, type Encoding, quoted } from './transfer.ts';
import type { BodyTransform, HeaderBlock } from './types.ts';

/** Text that is longer is passed on from here as it is: the line stands at the top. */
const windowBytes = 262_144;

/** The whole line in plain text; in HTML, what stands up to the next tag. */
const written = /(^|[\r\n>])[ \t]*(?:x-)?approved?[ \t]*:[^\r\n<]*(\r?\n)?/gi;

/** The transform that takes the line out of all text parts, whatever their encoding. */
export function stripApproved(): BodyTransform {
  return {
    name: 'strip-approved',
    run: async (headers, body) => {
      const out = Readable.from(stripped(headers, body), { objectMode: false });
      out.once('close', () => body.destroy());
      return { headers: headers.remove('content-length'), body: out };
    },
  };
}

async function* stripped(headers: HeaderBlock, body: Readable): AsyncGenerator<Buffer> {
  let text: Text | undefined;
  for await (const event of walkMime({ headers, body })) {
    if (event.kind === 'verdict') throw new Error(event.reason);
    const { part, bytes } = event;
    if (text && (event.kind === 'part' || part !== text.part)) {
      yield* text.flush();
      text = undefined;
    }
    if (event.kind === 'part') {
      if (part.index > 0) yield bytes;
      if (!part.container && part.type === 'text') text = new Text(part);
    } else if (text && event.kind === 'content') yield* text.take(bytes);
    else yield bytes;
  }
  if (text) yield* text.flush();
}

/** One text part: its beginning is collected, changed and passed on; the rest just passes. */
class Text {
  readonly part: MimePart;
  #head: Buffer[] | undefined = [];
  #size = 0;

  constructor(part: MimePart) {
    this.part = part;
  }

  *take(bytes: Buffer): Generator<Buffer> {
    if (!this.#head) {
      yield bytes;
      return;
    }
    this.#head.push(bytes);
    this.#size += bytes.length;
    if (this.#size > windowBytes) yield* this.flush();
  }

  *flush(): Generator<Buffer> {
    const raw = this.#head && Buffer.concat(this.#head);
    this.#head = undefined;
    if (!raw) return;
    // Whole lines, so that no encoded group is cut.
    const end = raw.length > windowBytes ? raw.lastIndexOf(0x0a) + 1 : raw.length;
    yield changed(raw.subarray(0, end), encodingOf(this.part));
    if (end < raw.length) yield raw.subarray(end);
  }
}

function changed(raw: Buffer, encoding: Encoding): Buffer {
  // Latin-1 keeps every byte, and the form is ASCII in all charsets that matter here.
  const before = decodeTransfer(raw, encoding).toString('latin1');
  const after = before.replace(written, (_, edge: string) => edge);
  if (after === before) return raw;
  const bytes = Buffer.from(after, 'latin1');
  const lineEnd = raw.includes('\r\n') ? '\r\n' : '\n';
  if (encoding === 'base64') return base64Lines(bytes, lineEnd);
  return encoding === 'quoted-printable' ? quoted(bytes, lineEnd) : bytes;
}

function encodingOf({ encoding }: MimePart): Encoding {
  return encoding === 'base64' || encoding === 'quoted-printable' ? encoding : '8bit';
}
