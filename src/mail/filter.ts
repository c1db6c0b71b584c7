/** Takes parts out of a message as a plan says, streaming. */
import { Readable } from 'node:stream';
import { withContentOf } from './content-fields.ts';
import type { FilterPlan, Treatment } from './filter-plan.ts';
import { textOfHtml } from './html-text.ts';
import { type MimeEvent, type MimePart, walkMime } from './mime.ts';
import { decodeTransfer, type Encoding, quoted } from './transfer.ts';
import type { BodyTransform, HeaderBlock } from './types.ts';
import { decodeText } from './words.ts';

/** HTML that is longer is cut here before it is turned into text. */
const maxHtmlBytes = 2_000_000;

const textType = 'text/plain; charset="utf-8"';

/** The transform that carries out a plan; `by` is written into X-Content-Filtered-By. */
export function filterParts({ treatments }: FilterPlan, by: string): BodyTransform {
  return {
    name: 'content-filter',
    async run(headers, body) {
      const events = walkMime({ headers, body });
      const treat = (part: MimePart): Treatment => treatments.get(part.index) ?? 'remove';
      // The header of what comes to stand in the place of the message is among the first events.
      const opened = await openRoot(events, treat);
      const chunks = filtered(opened, treat, headers.lineEnd);
      const out = Readable.from(chunks, { objectMode: false });
      out.once('close', () => body.destroy());
      return { headers: rootHeaders(headers, opened.part, treat).set(filteredBy, by), body: out };
    },
  };
}

const filteredBy = 'X-Content-Filtered-By';

type Events = AsyncGenerator<MimeEvent, void, undefined>;
type Opened = { readonly part: MimePart; readonly events: Events };

/** Reads up to the header of the part that stands in the place of the message. */
async function openRoot(events: Events, treat: (part: MimePart) => Treatment): Promise<Opened> {
  for (;;) {
    const next = await events.next();
    if (next.done || next.value.kind === 'verdict') {
      throw new Error('the message changed while its parts were filtered');
    }
    const { value } = next;
    if (value.kind !== 'part') continue;
    const treatment = treat(value.part);
    if (treatment !== 'replace' && treatment !== 'remove') return { part: value.part, events };
  }
}

/** The message's own fields, those about its content taken from the part that replaces it. */
function rootHeaders(
  headers: HeaderBlock,
  part: MimePart,
  treat: (part: MimePart) => Treatment,
): HeaderBlock {
  const out = part.depth > 0 ? withContentOf(headers, part.headers) : headers;
  return treat(part) === 'text' ? textHeaders(out) : out;
}

function textHeaders(headers: HeaderBlock): HeaderBlock {
  return headers
    .remove('content-disposition', 'content-length')
    .setRaw('Content-Type', textType)
    .setRaw('Content-Transfer-Encoding', 'quoted-printable');
}

/** The body from behind the header of the root part. */
async function* filtered(
  { part: root, events }: Opened,
  treat: (part: MimePart) => Treatment,
  lineEnd: string,
): AsyncGenerator<Buffer> {
  const out = new Builder(treat, lineEnd);
  out.begin(root);
  for await (const event of events) {
    if (event.kind === 'verdict') throw new Error(event.reason);
    yield* out.take(event);
  }
  yield* out.end();
}

/** Writes parts in their new places; knows which multiparts are open and what HTML waits. */
class Builder {
  readonly #treat: (part: MimePart) => Treatment;
  readonly #lineEnd: string;
  /** Multiparts that are being written anew, the outermost first. */
  readonly #open: MimePart[] = [];
  #html: { readonly part: MimePart; readonly chunks: Buffer[]; size: number } | undefined;
  #endsLine = true;

  constructor(treat: (part: MimePart) => Treatment, lineEnd: string) {
    this.#treat = treat;
    this.#lineEnd = lineEnd;
  }

  /** The part whose header is the message's. */
  begin(root: MimePart): void {
    this.#enter(root);
  }

  *take(event: Exclude<MimeEvent, { kind: 'verdict' }>): Generator<Buffer> {
    const { part, bytes } = event;
    if (event.kind === 'part') yield* this.#header(part, bytes);
    else if (this.#html?.part === part) this.#collect(bytes);
    else if (this.#isKept(part)) yield this.#written(bytes);
  }

  *end(): Generator<Buffer> {
    yield* this.#flush();
    while (this.#open.length > 0) yield* this.#leave();
    // The line end before a boundary belongs to the boundary, which is gone.
    if (!this.#endsLine) yield Buffer.from(this.#lineEnd);
  }

  *#header(part: MimePart, bytes: Buffer): Generator<Buffer> {
    const parent = part.parent;
    // Within what is kept whole, headers are bytes like others.
    if (parent && this.#isKept(parent)) {
      yield this.#written(bytes);
      return;
    }
    const treatment = this.#treat(part);
    if (treatment === 'remove' || treatment === 'replace' || this.#isGone(part)) return;
    yield* this.#flush();
    const home = this.#home(part);
    while (this.#open.length > 0 && this.#open.at(-1) !== home) yield* this.#leave();
    if (home)
      yield this.#written(Buffer.from(`${this.#break()}--${boundaryOf(home)}${this.#lineEnd}`));
    const own = treatment === 'text' ? textHeaders(part.headers).bytesWithBlankLine() : bytes;
    yield this.#written(own);
    this.#enter(part);
  }

  #enter(part: MimePart): void {
    const treatment = this.#treat(part);
    if (treatment === 'rebuild') this.#open.push(part);
    if (treatment === 'text') this.#html = { part, chunks: [], size: 0 };
    this.#endsLine = true;
  }

  *#leave(): Generator<Buffer> {
    const part = this.#open.pop();
    if (part)
      yield this.#written(Buffer.from(`${this.#break()}--${boundaryOf(part)}--${this.#lineEnd}`));
  }

  /** HTML that was collected, as text. */
  *#flush(): Generator<Buffer> {
    const html = this.#html;
    this.#html = undefined;
    if (!html) return;
    const { part } = html;
    const raw = decodeTransfer(Buffer.concat(html.chunks), knownEncoding(part.encoding));
    const text = textOfHtml(decodeText(raw, part.params.get('charset') ?? 'utf-8'));
    yield this.#written(quoted(Buffer.from(text), this.#lineEnd));
  }

  #collect(bytes: Buffer): void {
    const html = this.#html;
    if (!html || html.size > maxHtmlBytes) return;
    html.chunks.push(bytes);
    html.size += bytes.length;
  }

  #written(bytes: Buffer): Buffer {
    if (bytes.length > 0) this.#endsLine = bytes.at(-1) === 0x0a;
    return bytes;
  }

  #break(): string {
    return this.#endsLine ? '' : this.#lineEnd;
  }

  /** The multipart that is written anew and that a part stands in from now on. */
  #home(part: MimePart): MimePart | undefined {
    for (let above = part.parent; above; above = above.parent) {
      if (this.#treat(above) === 'rebuild') return above;
    }
    return undefined;
  }

  /** Whether a part, or what it stands in, is kept byte for byte. */
  #isKept(part: MimePart): boolean {
    for (let one: MimePart | undefined = part; one; one = one.parent) {
      if (this.#treat(one) === 'keep') return !this.#isGone(one);
    }
    return false;
  }

  #isGone(part: MimePart): boolean {
    for (let one: MimePart | undefined = part; one; one = one.parent) {
      if (this.#treat(one) === 'remove') return true;
    }
    return false;
  }
}

function boundaryOf(part: MimePart): string {
  return part.params.get('boundary') ?? '';
}

function knownEncoding(name: string): Encoding {
  return name === 'base64' || name === 'quoted-printable' ? name : '8bit';
}
