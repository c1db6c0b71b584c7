/**
 * Reminds moderators of requests (setting `remindDays`), does what the list wants (`requestAction`)
 * with those about which nobody decided in time, and forgets requests that nobody confirmed,
 * decisions that are too old to be told, pauses of delivery that are over, and the counts of
 * messages that strangers caused a day ago.
 *
 * None of the forgotten counts any more the moment it is over; this only gives their room back.
 */
import type { Task } from '../model/task.ts';

export const requests: Task = {
  name: 'requests',
  help: 'remind of requests, end those that nobody decided; forget what is over',
  schedule: '23 * * * *',
  async *plan({ undecided, overdue }) {
    for await (const which of undecided()) yield { kind: 'tell-undecided', which };
    const count = await overdue();
    if (count > 0) yield { kind: 'forget-overdue', count };
  },
};
