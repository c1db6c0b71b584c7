/** A digest as text: RFC 1153, and the same as a page of HTML. */
import { Readable } from 'node:stream';
import { type DigestItem, multipart, readItem } from './digest-mime.ts';
import type { HeaderBlock } from './headers.ts';
import { type Attachment, type PostingText, postingText } from './posting-text.ts';
import { base64Stream, quotedStream } from './transfer.ts';
import type { BodyTransform } from './types.ts';

/** A message as both forms show it. */
export type ShownItem = {
  readonly number: number;
  /** Name and value of the fields that are shown, in order. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly text: PostingText;
};

export type TextDigest = {
  readonly front: string;
  readonly end: string;
  readonly items: readonly DigestItem[];
  readonly gone: string;
  /** Said of what is not shown. */
  readonly attached: (attachment: Attachment) => string;
  readonly cut: string;
  /** Mostly written with letters beyond ASCII. */
  readonly dense: boolean;
};

const shown = ['Date', 'From', 'To', 'Cc', 'Subject', 'Message-ID', 'Keywords'] as const;
const maxValue = 2000;

/** The messages one after the other, each read when its turn comes. */
export async function* shownItems({ items, gone }: TextDigest): AsyncGenerator<ShownItem> {
  for (const { path, number } of items) {
    const message = await readItem(path);
    if (!message) {
      yield { number, fields: [], text: { text: `${gone}\n`, isCut: false, attachments: [] } };
      continue;
    }
    const { headers } = message;
    const fields = shown.flatMap((name) => {
      const value = headers.get(name)?.slice(0, maxValue) ?? '';
      return value === '' ? [] : [[name, value] as const];
    });
    yield { number, fields, text: await postingText(message) };
  }
}

/** The transform that makes the body a digest of RFC 1153. */
export function plainDigest(digest: TextDigest): BodyTransform {
  return {
    name: 'plain-digest',
    async run(headers, body) {
      body.destroy();
      return {
        headers: textHeaders(headers, 'plain', digest.dense),
        body: Readable.from(encoded(plainLines(digest), digest.dense), { objectMode: false }),
      };
    },
  };
}

/** The header of a message that is text. */
export function textHeaders(
  headers: HeaderBlock,
  subtype: 'plain' | 'html',
  dense: boolean,
): HeaderBlock {
  return headers
    .setRaw('MIME-Version', '1.0')
    .setRaw('Content-Type', `text/${subtype}; charset=utf-8`)
    .setRaw('Content-Transfer-Encoding', dense ? 'base64' : 'quoted-printable');
}

/** Pieces of text as the body of a message. */
export async function* encoded(
  pieces: AsyncIterable<string>,
  dense: boolean,
): AsyncGenerator<Buffer> {
  async function* bytes(): AsyncGenerator<Buffer> {
    for await (const piece of pieces) yield Buffer.from(piece.replaceAll('\n', '\r\n'));
  }
  yield* dense ? base64Stream(bytes(), '\r\n') : quotedStream(bytes(), '\r\n');
}

const wide = `${'-'.repeat(70)}\n\n`;
const between = `${'-'.repeat(30)}\n\n`;

/** The text of RFC 1153, a message at a time. */
export async function* plainLines(digest: TextDigest): AsyncGenerator<string> {
  yield `${digest.front.trimEnd()}\n\n${wide}`;
  for await (const { number, fields, text } of shownItems(digest)) {
    const head = [['Message', `${number}`] as const, ...fields];
    yield `${head.map(([name, value]) => folded(name, value)).join('\n')}\n\n`;
    yield quotedLines(text.text);
    for (const attachment of text.attachments) yield `\n${digest.attached(attachment)}\n`;
    if (text.isCut) yield `\n${digest.cut}\n`;
    yield `\n${between}`;
  }
  const [first = '', ...rest] = digest.end.trimEnd().split('\n');
  const more = rest.length === 0 ? '' : `${rest.join('\n')}\n`;
  yield `${first}\n${'*'.repeat(first.length)}\n${more}`;
}

/** A line that would end the message is moved by a space (RFC 1153 has it altered). */
function quotedLines(text: string): string {
  return text.replaceAll(/^(?=-{30}[ \t]*$)/gm, ' ');
}

function folded(name: string, value: string): string {
  const lines: string[] = [];
  let line = `${name}:`;
  for (const word of value.split(' ')) {
    if (line.length + 1 + word.length > 72 && line !== `${name}:`) {
      lines.push(line);
      line = `\t${word}`;
    } else {
      line = `${line} ${word}`;
    }
  }
  return [...lines, line].join('\n');
}

/** The transform that makes the body a page, with the plain digest beside it. */
export function htmlDigest(
  digest: TextDigest,
  page: (items: AsyncIterable<ShownItem>) => AsyncIterable<string>,
  boundary: string,
): BodyTransform {
  const part = (subtype: 'plain' | 'html') =>
    `--${boundary}\r\nContent-Type: text/${subtype}; charset=utf-8\r\n` +
    `Content-Transfer-Encoding: ${digest.dense ? 'base64' : 'quoted-printable'}\r\n\r\n`;
  async function* chunks(): AsyncGenerator<Buffer> {
    yield Buffer.from(part('plain'));
    yield* encoded(plainLines(digest), digest.dense);
    yield Buffer.from(`\r\n${part('html')}`);
    yield* encoded(page(shownItems(digest)), digest.dense);
    yield Buffer.from(`\r\n--${boundary}--\r\n`);
  }
  return {
    name: 'html-digest',
    async run(headers, body) {
      body.destroy();
      const typed = multipart(headers, 'alternative', boundary, false);
      return { headers: typed, body: Readable.from(chunks(), { objectMode: false }) };
    },
  };
}

/** The transform that makes the body this text. */
export function plainText(text: string, dense: boolean): BodyTransform {
  async function* pieces(): AsyncGenerator<string> {
    yield text;
  }
  return {
    name: 'plain-text',
    async run(headers, body) {
      body.destroy();
      return {
        headers: textHeaders(headers, 'plain', dense),
        body: Readable.from(encoded(pieces(), dense), { objectMode: false }),
      };
    },
  };
}
