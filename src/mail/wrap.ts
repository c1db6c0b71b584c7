/** A whole message as the content of another. */
import { Readable } from 'node:stream';
import { withContentOf, withoutContent } from './content-fields.ts';
import { messageBytes } from './range.ts';
import type { BodyTransform, HeaderBlock } from './types.ts';

/** The name of this transform. */
export const wrapping = 'wrap';

/**
 * The transform that makes of a message one that holds it: inside stands `inner`, with what is
 * true of the content by then, and outside stand the fields as they are.
 */
export function wrapMessage(inner: HeaderBlock): BodyTransform {
  return {
    name: wrapping,
    async run(headers, body) {
      const encoding = headers.get('content-transfer-encoding')?.trim().toLowerCase() ?? '';
      const isWide = encoding === '8bit' || encoding === 'binary';
      const outside = withoutContent(headers)
        .setRaw('MIME-Version', '1.0')
        .setRaw('Content-Type', 'message/rfc822')
        .setRaw('Content-Transfer-Encoding', isWide ? '8bit' : '7bit')
        .setRaw('Content-Disposition', 'inline');
      const out = Readable.from(messageBytes(withContentOf(inner, headers), body), {
        objectMode: false,
      });
      out.once('close', () => body.destroy());
      return { headers: outside, body: out };
    },
  };
}
