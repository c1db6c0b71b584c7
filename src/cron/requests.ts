/**
 * Forgets requests that nobody confirmed or decided in time, pauses of delivery that are over, and
 * the counts of messages that strangers caused a day ago.
 *
 * None of them counts any more the moment it is over; this only gives their room back.
 */
import type { Task } from '../model/task.ts';

export const requests: Task = {
  name: 'requests',
  help: 'forget requests, pauses and counts that are over',
  schedule: '23 * * * *',
  async *plan({ overdue }) {
    const count = await overdue();
    if (count > 0) yield { kind: 'forget-overdue', count };
  },
};
