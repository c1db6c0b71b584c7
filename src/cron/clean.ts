/** Throws away what nobody will come back for, by age. */
import type { Config } from '../ground/config-schema.ts';
import type { ListId } from '../model/ids.ts';
import type { ParkingName } from '../model/queues.ts';
import type { ClaimFolder, Task } from '../model/task.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A removal takes milliseconds. */
const removalMs = hourMs;
/** A worker that was restarted has its claims again long before. */
const orphanMs = hourMs;
/** Hands are no slots of the master's: nobody takes their folders up again. */
const isHand = (worker: string) => worker.startsWith('hand-');

export const clean: Task = {
  name: 'clean',
  help: 'throw away old drafts, parked mail past its age, records of finished work, orphans',
  schedule: '17 3 * * *',
  async *plan({ now, config, workers, ...house }) {
    // Claims first: what is recovered gives back what it had in tmp.
    for await (const folder of house.claimFolders()) {
      if (folder.running || now - folder.changed < orphanMs) continue;
      if (folder.claims > 0) yield { kind: 'recover-claims', folder };
      else if (isRetired(folder, workers)) yield { kind: 'remove-folder', folder };
    }
    for (const leftover of house.leftovers()) {
      const age = leftover.isRemoval ? removalMs : config.clean.tmpHours * hourMs;
      const before = now - age;
      if (leftover.changed < before) yield { kind: 'remove-leftover', leftover, before };
    }
    const unheard = new Map<string, ListId>();
    for await (const { list, unheard: ids } of house.held()) {
      for (const id of ids) unheard.set(id, list);
    }
    const untold = new Map<ListId, number>();
    for (const entry of house.parked()) {
      if (now - entry.since <= daysOf(config, entry.where) * dayMs) continue;
      // Moderators hear of it first, also where nobody runs the task that tells them.
      const list = entry.where === 'held' ? unheard.get(entry.id) : undefined;
      if (list === undefined) yield { kind: 'delete-parked', entry };
      else untold.set(list, (untold.get(list) ?? 0) + 1);
    }
    for (const [list, count] of untold) yield { kind: 'tell-held', list, count };
    yield { kind: 'forget-settled', before: now - config.clean.settledDays * dayMs };
    yield { kind: 'forget-ledger', before: now - config.clean.ledgerDays * dayMs };
    yield { kind: 'forget-history', before: now - config.clean.historyDays * dayMs };
  },
};

function isRetired({ worker }: ClaimFolder, workers: ReadonlySet<string>): boolean {
  return isHand(worker) || !workers.has(worker);
}

function daysOf({ clean: { heldDays, shuntDays, badDays } }: Config, where: ParkingName): number {
  return { held: heldDays, shunt: shuntDays, bad: badDays }[where];
}
