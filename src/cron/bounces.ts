/**
 * Looks after members whose copies come back: old scores are forgotten, members are probed, warned,
 * and removed after the last warning, and owners are told what is new, in one letter a list.
 *
 * Hourly, because a warning should not wait for the night; a missed hour does no harm.
 */
import type { Task } from '../model/task.ts';

const dayMs = 86_400_000;

export const bounces: Task = {
  name: 'bounces',
  help: 'probe, warn and remove bouncing members, tell owners, forget old failures',
  schedule: '7 * * * *',
  async *plan({ now, config, bouncing }) {
    for await (const { list, due } of bouncing()) yield { kind: 'bounce-round', list, due };
    yield { kind: 'forget-bounces', before: now - config.clean.bounceDays * dayMs };
  },
};
