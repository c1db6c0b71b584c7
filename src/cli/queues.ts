/** What lies in the queues: read from the spool itself, so with the master down, too. */
import { namesIn } from '../ground/disk.ts';
import {
  type ParkingName,
  parkingNames,
  priorities,
  type QueueName,
  queueNames,
} from '../model/queues.ts';
import {
  type EntryName,
  readClaimedName,
  readWaitingName,
  type SpoolPaths,
} from '../spool/layout.ts';

export type QueueStatus = {
  readonly queue: QueueName;
  /** Due by now. */
  readonly waiting: number;
  /** To be tried at a later time. */
  readonly later: number;
  readonly claimed: number;
  /** For how long the first of those waiting has been due. */
  readonly oldestMs: number | null;
};

export type Parked = Readonly<Record<ParkingName, number>>;

/** Every queue of a spool. Mail moves meanwhile: the counts are of about the same moment. */
export function queuesOf(paths: SpoolPaths, now: number): readonly QueueStatus[] {
  return queueNames.map((queue) => queueOf(paths, queue, now));
}

/** Parked entries of all queues together. */
export function parkedIn(paths: SpoolPaths): Parked {
  const count = (where: ParkingName) =>
    queueNames.reduce((sum, queue) => sum + namesIn(paths.parking(where, queue)).length, 0);
  const [held, shunt, bad] = parkingNames.map(count);
  return { held: held ?? 0, shunt: shunt ?? 0, bad: bad ?? 0 };
}

function queueOf(paths: SpoolPaths, queue: QueueName, now: number): QueueStatus {
  let [waiting, later] = [0, 0];
  let oldest = Number.POSITIVE_INFINITY;
  for (const priority of priorities) {
    for (const text of namesIn(paths.new(queue, priority))) {
      const name: EntryName | undefined = readWaitingName(priority, text);
      if (!name) continue;
      if (name.due > now) later++;
      else {
        waiting++;
        oldest = Math.min(oldest, name.due);
      }
    }
  }
  const workers = namesIn(paths.claimedRoot(queue));
  const claims = workers.flatMap((worker) => namesIn(paths.claimed(queue, worker)));
  const claimed = claims.filter((text) => readClaimedName(text) !== undefined).length;
  return { queue, waiting, later, claimed, oldestMs: waiting === 0 ? null : now - oldest };
}
