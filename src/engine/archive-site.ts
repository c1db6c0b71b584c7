/** A static site of the archive of a list. */

import { mkdirSync } from 'node:fs';
import { type SiteReport, updateSite } from '../archive/site/build.ts';
import { TransientError } from '../ground/errors.ts';
import { holdLock } from '../ground/lock.ts';
import type { ListView } from '../model/list.ts';
import { lookIntoArchive } from './archive-look.ts';
import type { Site } from './site.ts';

export type SiteWish = {
  readonly folder: string;
  /** Where it will be found; empty: not known. */
  readonly url: string;
  readonly progress?: (done: number) => void;
};

/** Makes the site, or brings it up to date; one process at a time. */
export async function makeSite(site: Site, list: ListView, wish: SiteWish): Promise<SiteReport> {
  const { folder, url, progress } = wish;
  mkdirSync(folder, { recursive: true });
  const lock = await holdLock(folder);
  if (lock === 'held') throw new TransientError(`another process writes ${folder}`);
  try {
    using look = await lookIntoArchive(site);
    const number = look?.listNumber(list.archive);
    const { displayName, description, archivePolicy } = list.settings;
    const view = {
      title: displayName || list.name,
      description,
      list: list.archive,
      isPublic: archivePolicy === 'public',
      url: url === '' || url.endsWith('/') ? url : `${url}/`,
    };
    if (!look || number === undefined) return { messages: 0, files: 0 };
    const { db, folder: archive } = look;
    return await updateSite({
      archive,
      db,
      list: number,
      view,
      folder,
      ...(progress && { progress }),
    });
  } finally {
    lock.release();
  }
}
