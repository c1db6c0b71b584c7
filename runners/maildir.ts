/**
 * maildir - take mail in from folders to which the MTA delivers
 *
 * Store:  reads lists
 * Fails:  disk or store not ready, the message stays in the folder and is tried again
 * Bugs:   the envelope is what the MTA wrote into the header (Return-Path, X-Original-To)
 */
import { type FSWatcher, mkdirSync, watch } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { Bell } from '../src/engine/bell.ts';
import { defineService } from '../src/engine/define.ts';
import { takeMaildir } from '../src/engine/maildir.ts';
import { wallClock } from '../src/ground/clock.ts';
import { explain, isPassing } from '../src/ground/errors.ts';

export const runner = defineService(
  ['incoming', 'command', 'bounce'],
  async (site, signal, ready) => {
    const { folders, pollMs } = site.config.maildir;
    const bell = new Bell();
    const watchers: FSWatcher[] = [];
    const places = folders.map((name) => (isAbsolute(name) ? name : join(site.paths.var, name)));
    for (const place of places) {
      for (const part of ['tmp', 'new', 'cur']) {
        mkdirSync(join(place, part), { recursive: true, mode: 0o770 });
      }
      const watcher = watch(join(place, 'new'), () => bell.ring());
      watcher.on('error', (error) => site.log.warn({ event: 'unwatched', why: explain(error) }));
      watchers.push(watcher);
    }
    signal.addEventListener('abort', () => bell.ring());
    ready();
    while (!signal.aborted) {
      for (const place of places) {
        try {
          ready(await takeMaildir(site, place, wallClock.now));
        } catch (error) {
          if (!isPassing(error)) throw error;
          site.log.warn({ event: 'waiting', folder: place, why: explain(error) });
        }
      }
      await bell.wait(pollMs);
    }
    for (const watcher of watchers) watcher.close();
  },
);
