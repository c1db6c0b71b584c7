/** What the ways in share: where mail for an address goes. */

import { unreachable } from '../ground/errors.ts';
import type { WorkOf } from '../model/entry.ts';
import type { Priority } from '../model/queues.ts';
import type { Target } from '../spool/intake.ts';
import type { Destination } from './desk.ts';

/** The queue and the work for mail to one of our addresses. */
export function targetFor(
  { list, to, detail }: Destination,
  recipient: string,
  via: WorkOf<'mail'>['via'],
): Target {
  const priority = list.settings.priority as Priority;
  const common = { recipient, list: list.id };
  const more = detail ? { detail } : {};
  switch (to) {
    case undefined:
    case 'owner':
    case 'admin':
    case 'author':
      return { ...common, priority, queue: 'incoming', work: { kind: 'mail', via } };
    case 'bounces':
      return { ...common, queue: 'bounce', work: { kind: 'bounce', ...more } };
    case 'accept':
    case 'confirm':
    case 'discard':
    case 'held':
    case 'join':
    case 'leave':
    case 'mute':
    case 'reject':
    case 'request':
    case 'subscribe':
    case 'unsubscribe':
      return { ...common, queue: 'command', work: { kind: 'command', to, ...more } };
    default:
      return unreachable(to);
  }
}
