/** Packing volumes that nobody writes any more. A power cut leaves the plain one, or both. */
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import type { Disk } from '../ground/disk.ts';
import { packed, rawSize, unpacked } from './packed.ts';
import {
  archivedLists,
  listFolder,
  packedFile,
  plainFile,
  type VolumeName,
  volumesOf,
} from './places.ts';
import { rangeChunks } from './volume.ts';

/** A volume that is not packed, and when it was written last, ms. */
export type PlainVolume = VolumeName & { readonly changed: number };

/** The volumes that might be packed. */
export function* plainVolumes(folder: string): Generator<PlainVolume> {
  for (const list of archivedLists(folder)) {
    for (const volume of volumesOf(folder, list)) {
      const changed = statSync(plainFile(folder, volume), { throwIfNoEntry: false })?.mtimeMs;
      if (changed !== undefined) yield { ...volume, changed };
    }
  }
}

/** Packs one; false where it was written meanwhile, and stays. */
export async function packVolume(folder: string, disk: Disk, volume: VolumeName): Promise<boolean> {
  const plain = plainFile(folder, volume);
  const path = packedFile(folder, volume);
  if (!existsSync(plain)) return false;
  const { size } = statSync(plain);
  if (existsSync(`${path}.new`)) disk.remove(`${path}.new`);
  const wanted = createHash('sha256');
  await disk.stream(`${path}.new`, async (write) => {
    const read = async function* () {
      for await (const chunk of rangeChunks(folder, { volume, start: 0, end: size })) {
        wanted.update(chunk);
        yield chunk;
      }
    };
    for await (const piece of packed(read())) await write(piece);
  });
  // What was packed is unpacked again before the plain one goes.
  const found = createHash('sha256');
  for (const piece of unpacked(`${path}.new`, 0, size)) found.update(piece);
  if (rawSize(`${path}.new`) !== size || !wanted.digest().equals(found.digest())) {
    throw new Error(`${plain} could not be packed: what came out is not what went in`);
  }
  if (statSync(plain).size !== size) {
    disk.remove(`${path}.new`);
    return false;
  }
  disk.rename(`${path}.new`, path);
  await disk.syncDir(listFolder(folder, volume.list));
  disk.remove(plain);
  await disk.syncDir(listFolder(folder, volume.list));
  return true;
}
