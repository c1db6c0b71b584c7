/** The text of a message as far as orders may stand in it: decoded, of HTML too, within limits. */
import { Readable } from 'node:stream';
import type { Message } from './message.ts';
import { type MimePart, walkMime } from './mime.ts';
import { decodeText } from './words.ts';

/** So much of the decoded text is looked at. */
const maxTextBytes = 65_536;
/** So much of the body is read to find it. */
const maxBodyBytes = 1_048_576;

/** The lines of the first plain text, or where there is none of the first HTML. */
export async function orderText({ headers, body }: Message): Promise<string[]> {
  const end = Math.min(body.end, body.start + maxBodyBytes);
  const found = new Map<MimePart, { chunks: Buffer[]; size: number }>();
  let plain: MimePart | undefined;
  for await (const event of walkMime({ headers, body: { ...body, end } })) {
    if (event.kind === 'verdict') break;
    const { part } = event;
    if (event.kind === 'part') {
      if (plain) break;
      if (isText(part, 'plain')) plain = part;
      if (plain === part || (isText(part, 'html') && found.size === 0)) {
        found.set(part, { chunks: [], size: 0 });
      }
    } else if (event.kind === 'content') {
      const kept = found.get(part);
      if (!kept || kept.size > maxTextBytes * 3) continue;
      kept.chunks.push(event.bytes);
      kept.size += event.bytes.length;
    }
  }
  const part = plain ?? [...found.keys()][0];
  const kept = part && found.get(part);
  if (!part || !kept) return [];
  const text = decodeText(await decoded(part, kept.chunks), part.params.get('charset') ?? 'utf-8');
  return (part === plain ? text : plainOf(text)).split(/\r\n|\n|\r/);
}

function isText(part: MimePart, subtype: string): boolean {
  return part.type === 'text' && part.subtype === subtype && part.disposition !== 'attachment';
}

async function decoded(part: MimePart, chunks: readonly Buffer[]): Promise<Buffer> {
  const decoder = part.decoder();
  Readable.from(chunks, { objectMode: false }).pipe(decoder);
  const out: Buffer[] = [];
  for await (const chunk of decoder) out.push(chunk);
  return Buffer.concat(out).subarray(0, maxTextBytes);
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/** What a reader would see, about: orders are words, and all else is skipped anyway. */
function plainOf(html: string): string {
  return html
    .replace(/<(script|style|head|title)\b[^>]{0,500}>[\s\S]*?(?:<\/\1>|$)/gi, ' ')
    .replace(/<blockquote\b[^>]{0,500}>/gi, '\n-----Original Message-----\n')
    .replace(/[\r\n]+/g, ' ')
    .replace(/<(?:br|\/?(?:p|div|tr|li|ul|ol|h\d|table))\b[^>]{0,500}>/gi, '\n')
    .replace(/<[^>]{0,2000}>/g, '')
    .replace(/&(#\d{1,7}|[a-z]{2,6});/gi, (whole, name: string) => {
      if (name.startsWith('#')) return character(Number(name.slice(1)));
      return entities[name.toLowerCase()] ?? whole;
    });
}

function character(code: number): string {
  return code > 31 && code <= 0x10ffff ? String.fromCodePoint(code) : ' ';
}

/** Where the words of another begin, in the forms that mail programs write. */
const quotation =
  /^(?:-{2,}\s*(?:original|forwarded|weitergeleitet|urspr|message d'origine|mensaje original)|_{10,}$|(?:on|am|le|el|em|il|op)\b.{4,200}(?:wrote|schrieb|écrit|escribió|escreveu|scritto|schreef)\s*:\s*$|.{0,100}(?:写道|寫道|wrote|のメール)\s*[:：]\s*$)/iu;

/** The lines that somebody wrote himself: no quotations, nothing behind them or a signature. */
export function ownLines(lines: readonly string[]): string[] {
  const found: string[] = [];
  for (const line of lines) {
    const text = line.replace(/[\u00a0\u200b\ufeff]/g, ' ').trim();
    if (/^--\s?$/.test(line) || text === '--' || quotation.test(text)) break;
    if (text === '' || /^[>|]/.test(text)) continue;
    found.push(text);
  }
  return found;
}
