/**
 * Looks after postings that wait for moderators: summaries of the day, reminders, and what the
 * list wants when nobody decides.
 */
import type { Task } from '../model/task.ts';

export const held: Task = {
  name: 'held',
  help: 'tell moderators what waits, remind them, decide what nobody decided about',
  schedule: '0 8 * * *',
  async *plan({ held: states, stuck }) {
    for await (const entry of stuck()) yield { kind: 'free-held', entry };
    for await (const { list, action, over, tell } of states()) {
      for (const entry of over) yield { kind: 'expire-held', list, entry, decision: action };
      if (tell > 0) yield { kind: 'tell-held', list, count: tell };
    }
  },
};
