/**
 * Reminds moderators of requests (setting `remindDays`), tells subscribers about whom nobody decided,
 * and forgets requests that nobody confirmed in time, pauses of delivery that are over, and
 * the counts of messages that strangers caused a day ago.
 *
 * None of the forgotten counts any more the moment it is over; this only gives their room back.
 */
import type { Task } from '../model/task.ts';

export const requests: Task = {
  name: 'requests',
  help: 'remind of requests; forget requests, pauses and counts that are over',
  schedule: '23 * * * *',
  async *plan({ undecided, overdue }) {
    for await (const which of undecided()) yield { kind: 'tell-undecided', which };
    const count = await overdue();
    if (count > 0) yield { kind: 'forget-overdue', count };
  },
};
