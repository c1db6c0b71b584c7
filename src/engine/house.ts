/** The house as tasks of maintenance see it. */
import { join } from 'node:path';
import { plainVolumes } from '../archive/pack.ts';
import { namesIn } from '../ground/disk.ts';
import { parkingNames, queueNames } from '../model/queues.ts';
import { plannedRunners, slotName } from '../model/runners.ts';
import type { House } from '../model/task.ts';
import { changedAt } from '../spool/check.ts';
import { readWhy } from '../spool/parked.ts';
import { isFolder, parkedIn } from '../spool/places.ts';
import { spareSuffix } from '../spool/spares.ts';
import { bouncingOf } from './cron-bounces.ts';
import { dueDigestsOf, idleDigestsOf } from './cron-digests.ts';
import { heldOf, stuckOf } from './cron-held.ts';
import { undecidedOf } from './cron-requests.ts';
import { isRunning } from './mending.ts';
import type { Site } from './site.ts';

const copyForm = /^listmill-\d{8}T\d{6}Z\.db$/;

/** What a site looks like now. */
export function houseOf(site: Site, now: number): House {
  const { spool, config, paths } = site;
  return {
    now,
    config,
    *leftovers() {
      for (const queue of queueNames) {
        const folder = spool.paths.tmp(queue);
        for (const name of namesIn(folder)) {
          if (name.endsWith(spareSuffix)) continue;
          const changed = changedAt(join(folder, name));
          if (changed === undefined) continue;
          yield { queue, name, changed, isRemoval: name.endsWith('.gone') };
        }
      }
    },
    *parked() {
      for (const where of parkingNames) {
        for (const { queue, id, folder } of parkedIn(spool, where)) {
          const since = readWhy(folder)?.at ?? changedAt(folder);
          if (since !== undefined) yield { where, queue, id, since };
        }
      }
    },
    async *claimFolders() {
      for (const queue of queueNames) {
        for (const worker of spool.workers(queue)) {
          const folder = spool.paths.claimed(queue, worker);
          const changed = changedAt(folder);
          if (changed === undefined || !isFolder(folder)) continue;
          const running = await isRunning(folder);
          const claims = spool.claims(queue, worker).length;
          yield { queue, worker, claims, changed, running };
        }
      }
    },
    workers: new Set(
      plannedRunners(config).flatMap(({ name, maxWorkers }) =>
        Array.from({ length: maxWorkers }, (_, n) => slotName(name, n + 1)),
      ),
    ),
    bouncing: () => bouncingOf(site, now),
    undecided: () => undecidedOf(site, now),
    overdue: async () => (await site.store()).people.overdue(now),
    dueDigests: () => dueDigestsOf(site, now),
    idleDigests: (before) => idleDigestsOf(site, before, now),
    held: () => heldOf(site, now),
    stuck: () => stuckOf(site),
    volumes: () => plainVolumes(paths.archive),
    backups: () =>
      namesIn(paths.backup)
        .filter((name) => copyForm.test(name))
        .sort(),
  };
}
