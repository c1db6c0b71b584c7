/**
 * Reads and writes the text of `entry.json`.
 *
 * It is checked whenever it comes from disk, so a damaged file is a message with a reason and
 * never a surprise further on.
 */
import { type EntryMeta, entrySchema, maxRecipients } from './entry.ts';
import { isPlainEntry } from './plain-entry.ts';
import { readRecipients } from './recipients.ts';
import { sheetOf } from './sheet.ts';

/** Of so many bytes of recipients a text is made, which may share a file with others. */
const shortBytes = 2048;

export type ParsedMeta =
  | { readonly kind: 'meta'; readonly meta: EntryMeta }
  | { readonly kind: 'broken'; readonly reason: string };

/** Reads `entry.json`; what is wrong with it is told, not thrown. */
export function parseMeta(bytes: Buffer | string, id: string): ParsedMeta {
  let value: unknown;
  try {
    const { line, below } = sheetOf(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, id);
    value = withRecipients(JSON.parse(line), below);
  } catch (error) {
    return { kind: 'broken', reason: `entry.json is not JSON: ${String(error)}` };
  }
  if (isPlainEntry(value)) return { kind: 'meta', meta: value };
  const parsed = entrySchema.safeParse(value);
  if (parsed.success) return { kind: 'meta', meta: parsed.data as EntryMeta };
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') ?? '';
  return { kind: 'broken', reason: `entry.json: ${where}: ${issue?.message ?? 'unreadable'}` };
}

/** A batch says in its line how many there are: what was cut off is no batch. */
function withRecipients(value: unknown, below: Buffer): unknown {
  if (!isRecord(value) || !isRecord(value['work']) || value['work']['kind'] !== 'batch') {
    return value;
  }
  const { work } = value;
  const length = Number(work['recipients']);
  const isNumber = Number.isSafeInteger(length) && length >= 0 && length <= maxRecipients;
  const recipients = isNumber ? readRecipients(below, length) : undefined;
  return { ...value, work: { ...work, recipients } };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Whether `entry.json` is so long that no other entry ever has a line in it. */
export function isLong({ work }: Pick<EntryMeta, 'work'>): boolean {
  return work.kind === 'batch' && work.recipients.bytes.length >= shortBytes;
}

/** The text of `entry.json`: bytes where recipients make it long. */
export function writeMeta(meta: EntryMeta): string | Buffer {
  const { work } = meta;
  if (work.kind !== 'batch') return `${JSON.stringify(meta)}\n`;
  const { length: recipients, bytes } = work.recipients;
  const line = `${JSON.stringify({ ...meta, work: { ...work, recipients } })}\n`;
  if (!isLong(meta)) return line + bytes.toString();
  return Buffer.concat([Buffer.from(line), bytes]);
}
