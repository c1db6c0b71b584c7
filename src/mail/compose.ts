import { createHash } from 'node:crypto';
import type { Address } from './address.ts';
import { formatMailbox } from './address.ts';
import { formatDate } from './date.ts';
import { type HeaderBlock, noHeaders, parseHeaders } from './headers.ts';
import { loadComposer } from './nodemailer.ts';
import { bodyStream } from './range.ts';
import type { FileRange } from './types.ts';

/** Someone a message is from or to. */
export type Correspondent = { readonly name?: string; readonly address: Address };

/** A message that we write ourselves. Everything in it is given, so the same gives the same bytes. */
export type Composition = {
  readonly from: Correspondent;
  readonly to: readonly Correspondent[];
  readonly replyTo?: Correspondent;
  readonly subject: string;
  readonly text: string;
  /** With angle brackets; made from the cause. */
  readonly messageId: string;
  readonly date: number;
  /** Of the text, such as `de`. */
  readonly language?: string;
  readonly inReplyTo?: string;
  readonly references?: readonly string[];
  /** RFC 3834: `auto-replied` to what somebody sent, else `auto-generated`. */
  readonly autoSubmitted?: 'auto-generated' | 'auto-replied';
  readonly precedence?: 'bulk' | 'list';
  /** More fields, as text; they are encoded where they need it. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The header of the message this is about, attached so that its author knows which it was. */
  readonly attachOriginal?: FileRange;
};

/** As much of an original's header as is attached. */
const maxOriginalBytes = 65_536;

/** The bytes of a message of our own, CRLF, ready for the virgin queue. */
export async function compose(message: Composition): Promise<Buffer> {
  const built = await composeBody(message);
  const end = built.indexOf('\r\n\r\n');
  const parts = parseHeaders(built.subarray(0, end + 2));
  // Only what describes the body comes from the composer: all else is encoded where every field is.
  const content = parts.filter((name) => name === 'mime-version' || name.startsWith('content-'));
  const fields = content.raw('content-language').length > 0 || !message.language;
  const described = fields ? content : content.add('Content-Language', message.language ?? '');
  const head = Buffer.concat([composeHeader(message).bytes(), described.bytes()]);
  return Buffer.concat([head, built.subarray(end + 2)]);
}

function composeHeader(message: Composition): HeaderBlock {
  const mailbox = ({ name = '', address }: Correspondent): string => formatMailbox(name, address);
  const fields: readonly (readonly [string, string | undefined])[] = [
    ['From', mailbox(message.from)],
    ['To', message.to.map(mailbox).join(', ')],
    ['Reply-To', message.replyTo && mailbox(message.replyTo)],
    ['Subject', message.subject],
    ['Message-ID', message.messageId],
    ['Date', formatDate(message.date)],
    ['In-Reply-To', message.inReplyTo],
    ['References', message.references?.join(' ')],
    ['Auto-Submitted', message.autoSubmitted],
    ['Precedence', message.precedence],
  ];
  let headers = noHeaders;
  for (const [name, value] of fields) if (value) headers = headers.add(name, value);
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    headers = headers.set(name, value);
  }
  return headers;
}

async function composeBody(message: Composition): Promise<Buffer> {
  const original = message.attachOriginal && (await readOriginal(message.attachOriginal));
  const MailComposer = await loadComposer();
  const composer = new MailComposer({
    // Never from outside: only the strings and bytes given here may get into a message.
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: '\r\n',
    messageId: message.messageId,
    date: new Date(message.date),
    boundaryPrefix: '=_listmill',
    baseBoundary: boundaryOf(message, original),
    text: message.text,
    ...(original && {
      attachments: [
        {
          content: original,
          contentType: 'text/rfc822-headers',
          // Readable where it is ASCII, and safe on any way where it is not.
          contentTransferEncoding: 'quoted-printable',
          contentDisposition: 'inline',
          filename: false,
        },
      ],
    }),
  });
  return await composer.compile().build();
}

/** Made from all that the parts hold, so that nothing in them can have been written to match it. */
function boundaryOf({ messageId, text }: Composition, original: Buffer | undefined): string {
  const hash = createHash('sha256').update(messageId).update('\0').update(text);
  return hash
    .update(original ?? '')
    .digest('hex')
    .slice(0, 24);
}

async function readOriginal(range: FileRange): Promise<Buffer> {
  const end = Math.min(range.end, range.start + maxOriginalBytes);
  const chunks: Buffer[] = [];
  for await (const chunk of bodyStream({ ...range, end })) chunks.push(chunk);
  return Buffer.concat(chunks);
}
