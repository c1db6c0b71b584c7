/**
 * Where an archive keeps what: `<var>/archive/<list>/<YYYY-MM>[.n].mail`, packed `.mail.gz`, and
 * the index of all lists, `<var>/archive/index.db`.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from '../ground/disk.ts';
import { isListId, type ListId } from '../model/ids.ts';

/** One file of messages of one list, named without its ending: `2026-11`, `2026-11.2`. */
export type VolumeName = { readonly list: ListId; readonly name: string };

/** Who writes volumes, each his own: the runner, and what people do (import, redact). */
export type Writer = 'runner' | 'person';

const volumeForm = /^(\d{4}-\d{2}(?:\.by-hand)?(?:\.\d{1,4})?)\.mail(\.gz)?$/;

/** The index of all lists of an archive. */
export const indexFile = (folder: string): string => join(folder, 'index.db');
/** What is kept of one list. */
export const listFolder = (folder: string, list: string): string => join(folder, list);

/** The file of a volume while it grows. */
export function plainFile(folder: string, { list, name }: VolumeName): string {
  return join(folder, list, `${name}.mail`);
}

/** The file of a volume that maintenance has packed. */
export function packedFile(folder: string, volume: VolumeName): string {
  return `${plainFile(folder, volume)}.gz`;
}

/** What was removed or redacted in a list: a line of JSON each. */
export function removalsFile(folder: string, list: ListId): string {
  return join(folder, list, 'removed.jsonl');
}

/** The lists that have an archive. */
export function archivedLists(folder: string): ListId[] {
  return namesIn(folder)
    .filter(isListId)
    .filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory())
    .sort();
}

/** The volumes of a list, the oldest first. */
export function volumesOf(folder: string, list: ListId): VolumeName[] {
  const names = new Set<string>();
  for (const file of namesIn(listFolder(folder, list))) {
    const name = volumeForm.exec(file)?.[1];
    if (name !== undefined) names.add(name);
  }
  return [...names].sort(byMonth).map((name) => ({ list, name }));
}

function byMonth(a: string, b: string): number {
  const [monthA, monthB] = [a.slice(0, 7), b.slice(0, 7)];
  if (monthA !== monthB) return monthA < monthB ? -1 : 1;
  return a.length - b.length || (a < b ? -1 : 1);
}

/** `2026-11`, in UTC. */
export function monthOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 7);
}

/** The volume that takes what came then: the first of its month that is not packed. */
export function openVolume(
  folder: string,
  list: ListId,
  received: number,
  writer: Writer,
): VolumeName {
  const stem = writer === 'runner' ? monthOf(received) : `${monthOf(received)}.by-hand`;
  for (let part = 1; ; part += 1) {
    const volume = { list, name: part === 1 ? stem : `${stem}.${part}` };
    if (!existsSync(packedFile(folder, volume))) return volume;
  }
}
