/**
 * Packed volumes: gzip members of a quarter of a MiB each, one after the other, so `zcat` gives
 * the volume, and any place in it is found by unpacking one member. Each member carries its two
 * lengths in an extra field ("LM", as BGZF does it), so the table of members is read by hopping.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';

/** Raw bytes of one member. */
const memberBytes = 262_144;
/** Fixed head of a gzip member, length of the extra field, our subfield. */
const headBytes = 10 + 2 + 12;
const hasExtra = 4;
/** Tables kept ready. */
const maxTables = 64;

type Member = { readonly at: number; readonly bytes: number; readonly start: number };
/** Where each member lies, and which raw byte it begins with. */
type Table = { readonly members: readonly Member[]; readonly size: number };

/** One member of raw bytes. */
function packMember(raw: Buffer): Buffer {
  const plain = gzipSync(raw, { level: 7 });
  const extra = Buffer.alloc(14);
  extra.writeUInt16LE(12, 0);
  extra.write('LM', 2, 'latin1');
  extra.writeUInt16LE(8, 4);
  extra.writeUInt32LE(plain.length + extra.length, 6);
  extra.writeUInt32LE(raw.length, 10);
  const packed = Buffer.concat([plain.subarray(0, 10), extra, plain.subarray(10)]);
  packed[3] = (packed[3] ?? 0) | hasExtra;
  return packed;
}

/** Packs what comes, in pieces of any size. */
export async function* packed(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let size = 0;
  for await (const chunk of source) {
    for (let from = 0; from < chunk.length; ) {
      const part = chunk.subarray(from, from + memberBytes - size);
      pieces.push(Buffer.from(part));
      from += part.length;
      size += part.length;
      if (size < memberBytes) continue;
      yield packMember(Buffer.concat(pieces));
      pieces = [];
      size = 0;
    }
  }
  if (size > 0) yield packMember(Buffer.concat(pieces));
}

const tables = new Map<string, { readonly mark: string; readonly table: Table }>();

function tableOf(path: string): Table {
  const { mtimeMs, size, ino } = statSync(path);
  const mark = `${ino} ${size} ${mtimeMs}`;
  const known = tables.get(path);
  if (known?.mark === mark) return known.table;
  const table = readTable(path);
  if (tables.size >= maxTables) tables.delete(tables.keys().next().value ?? '');
  tables.set(path, { mark, table });
  return table;
}

function readTable(path: string): Table {
  const file = openSync(path, 'r');
  try {
    const members: Member[] = [];
    const head = Buffer.alloc(headBytes);
    const { size } = fstatSync(file);
    let start = 0;
    for (let at = 0; at < size; ) {
      const got = readSync(file, head, 0, headBytes, at);
      if (
        got < headBytes ||
        head.readUInt16LE(0) !== 0x8b1f ||
        head.toString('latin1', 12, 14) !== 'LM'
      ) {
        throw new Error(`${path} is damaged at byte ${at}`);
      }
      const bytes = head.readUInt32LE(16);
      members.push({ at, bytes, start });
      start += head.readUInt32LE(20);
      at += bytes;
    }
    return { members, size: start };
  } finally {
    closeSync(file);
  }
}

/** Bytes of the volume in a packed file. */
export function rawSize(path: string): number {
  return tableOf(path).size;
}

/** The raw bytes from `start` to `end`, piece by piece. */
export function* unpacked(path: string, start: number, end: number): Generator<Buffer> {
  const { members } = tableOf(path);
  let n = firstAt(members, start);
  const file = openSync(path, 'r');
  try {
    for (; n < members.length; n += 1) {
      const member = members[n];
      if (member === undefined || member.start >= end) return;
      const bytes = Buffer.allocUnsafe(member.bytes);
      readSync(file, bytes, 0, member.bytes, member.at);
      const raw = gunzipSync(bytes);
      yield raw.subarray(Math.max(0, start - member.start), end - member.start);
    }
  } finally {
    closeSync(file);
  }
}

/** The last member that begins at or before a raw byte. */
function firstAt(members: readonly Member[], start: number): number {
  let [low, high] = [0, members.length - 1];
  while (low < high) {
    const mid = Math.ceil((low + high) / 2);
    if ((members[mid]?.start ?? 0) <= start) low = mid;
    else high = mid - 1;
  }
  return low;
}
