/**
 * Taking the bytes of a message out of its volume: blanks in their place, and a trailer that fits
 * them, so that all other records stay where they are. Done twice it is the same.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Disk } from '../ground/disk.ts';
import { packed } from './packed.ts';
import { listFolder, packedFile, plainFile } from './places.ts';
import { blank, trailer } from './record.ts';
import { rangeBytes, rangeChunks, type VolumeRange, volumeSize } from './volume.ts';

const pieceBytes = 65_536;

/** Whether nothing is left of a message. */
export function isBlank(folder: string, range: VolumeRange): boolean {
  const end = Math.min(range.end, range.start + pieceBytes);
  return rangeBytes(folder, { ...range, end }).every((byte) => byte === blank);
}

/** Blanks a message out, durably. */
export async function blankOut(folder: string, disk: Disk, range: VolumeRange): Promise<void> {
  const plain = plainFile(folder, range.volume);
  if (existsSync(plain)) return await overwrite(disk, plain, range);
  const path = packedFile(folder, range.volume);
  if (existsSync(`${path}.new`)) disk.remove(`${path}.new`);
  await disk.stream(`${path}.new`, async (write) => {
    for await (const piece of packed(blanked(folder, range))) await write(piece);
  });
  disk.rename(`${path}.new`, path);
  await disk.syncDir(listFolder(folder, range.volume.list));
}

function* blanksOf({ start, end }: VolumeRange): Generator<Buffer> {
  for (let left = end - start; left > 0; left -= pieceBytes) {
    yield Buffer.alloc(Math.min(left, pieceBytes), blank);
  }
}

/** What stands there then: blanks, and a trailer that says they are whole. */
function* replacement(range: VolumeRange): Generator<Buffer> {
  const hash = createHash('sha256');
  for (const piece of blanksOf(range)) {
    hash.update(piece);
    yield piece;
  }
  yield trailer(hash.digest('hex').slice(0, 32));
}

async function overwrite(disk: Disk, path: string, range: VolumeRange): Promise<void> {
  const file = disk.open(path);
  try {
    let at = range.start;
    for (const piece of replacement(range)) {
      file.write(piece, at);
      at += piece.length;
    }
    await file.sync();
  } finally {
    file.close();
  }
}

async function* blanked(folder: string, range: VolumeRange): AsyncGenerator<Buffer> {
  const { volume, start } = range;
  yield* rangeChunks(folder, { volume, start: 0, end: start });
  let at = start;
  for (const piece of replacement(range)) {
    at += piece.length;
    yield piece;
  }
  yield* rangeChunks(folder, { volume, start: at, end: volumeSize(folder, volume) });
}
