/**
 * Sends the digests whose time has come, by each list's clock, and gives back the room of postings
 * that have been in all of theirs.
 */
import type { Task } from '../model/task.ts';

/** A posting that was held up for longer comes as its reader has them now. */
const forgetMs = 60 * 86_400_000;

export const digests: Task = {
  name: 'digests',
  help: 'send digests that are due; forget what has been in all of them',
  // Some time zones are half an hour beside the others.
  schedule: '0,30 * * * *',
  async *plan({ now, dueDigests, idleDigests }) {
    for await (const stream of dueDigests()) yield { kind: 'turn-digest', stream };
    const before = now - forgetMs;
    const count = await idleDigests(before);
    if (count > 0) yield { kind: 'forget-digests', before, count };
  },
};
