import { join } from 'node:path';
import { allPlaces } from '../../src/spool/places.ts';
import { Spool } from '../../src/spool/spool.ts';
import {
  messageBy,
  putEntry,
  startWorker,
  stopWorker,
  until,
  type Wanted,
} from '../engine/entries.ts';
import type { TestSite } from '../site.ts';

/** A posting that is held; each with an id of its own, so that none is a duplicate. */
export const stranger: Wanted = {
  get message() {
    return messageBy('stranger@else.example');
  },
  sender: 'stranger@else.example',
};

/** Lets a real incoming runner judge entries, until nothing waits any more. */
export async function judge(site: TestSite, ...entries: readonly Wanted[]): Promise<Spool> {
  const spool = new Spool(join(site.root, 'spool'));
  for (const entry of entries) await putEntry(spool.paths.root, entry);
  const worker = startWorker(site, 'incoming');
  await until('all is judged', () => {
    const places = [...allPlaces(spool)].filter(({ queue }) => queue === 'incoming');
    return places.every(({ kind }) => kind === 'parked');
  });
  await stopWorker(worker);
  return spool;
}
