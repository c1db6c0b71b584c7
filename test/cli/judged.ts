import { join } from 'node:path';
import { Spool } from '../../src/spool/spool.ts';
import { messageBy, putEntry, type Wanted } from '../engine/entries.ts';
import { workAt } from '../engine/stopped.ts';
import type { TestSite } from '../site.ts';

/** A posting that is held; each with an id of its own, so that none is a duplicate. */
export const stranger: Wanted = {
  get message() {
    return messageBy('stranger@else.example');
  },
  sender: 'stranger@else.example',
};

/** Lets the step of incoming judge entries, until nothing is due any more. */
export async function judge(site: TestSite, ...entries: readonly Wanted[]): Promise<Spool> {
  const spool = new Spool(join(site.root, 'spool'));
  for (const entry of entries) await putEntry(spool.paths.root, entry);
  const opened = site.open();
  await workAt(opened, Date.now(), ['incoming']);
  await opened.close();
  return spool;
}
