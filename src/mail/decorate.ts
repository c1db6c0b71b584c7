/**
 * Texts around a message: what a list says before and behind each posting.
 *
 * By structure: plain text and HTML are added to in their own charset and encoding, so are both in
 * an alternative of the two; a mixed multipart gets two more parts. Whatever is left, above all
 * what is signed or encrypted, becomes as it is the middle of a new mixed multipart. Each way
 * answers undefined where it cannot do it right, and then the last way is taken, which always can.
 *
 * Bodies pass as streams. What needs the whole body to be known is done where it fits in the
 * window; a larger one is wrapped.
 */
import { Readable } from 'node:stream';
import { decorateHtml } from './decorate-html.ts';
import { decorateAlternative, decorateMixed } from './decorate-multipart.ts';
import { type Decorated, type Part, type Texts, typeOf } from './decorate-part.ts';
import { decoratePlain } from './decorate-plain.ts';
import { lengthFields, wrap } from './decorate-wrap.ts';
import { peek } from './peek.ts';
import type { BodyTransform, HeaderBlock } from './types.ts';

/** As large as most lists let postings be, so that nearly all are known whole. */
const windowBytes = 1_048_576;

/** The transform that puts the texts around a message; with two empty ones it does nothing. */
export function decorate(texts: Texts): BodyTransform {
  return {
    name: 'decorate',
    async run(headers, body) {
      if (texts.header.trim() === '' && texts.footer.trim() === '') return { headers, body };
      try {
        const part: Part = { headers, body: await peek(body, windowBytes) };
        const done = (await inOwnTerms(part, texts)) ?? wrap(part, texts);
        const out = Readable.from(notEmpty(done.chunks), { objectMode: false });
        out.once('close', () => body.destroy());
        return { headers: completed(done.headers, headers), body: out };
      } catch (error) {
        body.destroy();
        throw error;
      }
    },
  };
}

async function inOwnTerms(part: Part, texts: Texts): Promise<Decorated | undefined> {
  const type = typeOf(part.headers);
  switch (`${type?.type}/${type?.subtype}`) {
    case 'text/plain':
      return decoratePlain(part, texts);
    case 'text/html':
      return decorateHtml(part, texts);
    case 'multipart/mixed':
      return decorateMixed(part, texts);
    case 'multipart/alternative':
      return await decorateAlternative(part, texts);
    default:
      return undefined;
  }
}

/** MIME fields of ours count only beside MIME-Version; and the length is another one now. */
function completed(headers: HeaderBlock, before: HeaderBlock): HeaderBlock {
  const right = headers.remove(...lengthFields);
  const isOurs = ['content-type', 'content-transfer-encoding'].some(
    (name) => right.has(name) && right.raw(name)[0] !== before.raw(name)[0],
  );
  return isOurs && !right.has('mime-version') ? right.setRaw('MIME-Version', '1.0') : right;
}

async function* notEmpty(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) if (chunk.length > 0) yield chunk;
}
