/** The functions and the lines of the log for changes that people make by mail. */
import { unreachable } from '../ground/errors.ts';
import type { SubscriptionChange } from '../model/change-subscription.ts';
import type { Books } from './apply.ts';
import { applyAliased } from './author-aliases.ts';
import { applyBothered, applyVouched } from './bothers.ts';
import type { Logged } from './change-log.ts';
import { applyPreferred } from './preferences.ts';
import { applyRequestDecided } from './request-decisions.ts';
import { applyRequestClosed, applyRequested } from './requests.ts';
import {
  applyDelivery,
  applyJoined,
  applyLeft,
  applyMoved,
  applyMuted,
  applyVerified,
  applyWay,
} from './subscriptions.ts';
import { applyRequestShown } from './undecided.ts';

type Kind = SubscriptionChange['kind'];
type Apply<K extends Kind> = (
  books: Books,
  change: Extract<SubscriptionChange, { kind: K }>,
) => undefined;

export const subscriptionAppliers: { readonly [K in Kind]: Apply<K> } = {
  requested: applyRequested,
  'request-closed': applyRequestClosed,
  'request-decided': applyRequestDecided,
  'request-shown': applyRequestShown,
  joined: applyJoined,
  left: applyLeft,
  verified: applyVerified,
  bothered: applyBothered,
  vouched: applyVouched,
  preferred: applyPreferred,
  delivery: applyDelivery,
  way: applyWay,
  muted: applyMuted,
  moved: applyMoved,
  aliased: applyAliased,
};

/** The line about a change; none where another line says it. */
export function loggedSubscription(change: SubscriptionChange): Logged | undefined {
  const { kind, list } = change;
  switch (kind) {
    case 'requested': {
      const { address, kind: wish, waits } = change.request;
      return { list, kind, subject: address, detail: { wish, waits } };
    }
    case 'request-closed': {
      const { address, kind: wish } = change.request;
      return { list, kind, subject: address, detail: { wish, why: change.why } };
    }
    case 'request-decided': {
      const { request, decision, by } = change;
      return { list, kind, subject: request.address, detail: { wish: request.kind, decision, by } };
    }
    case 'joined':
    case 'left':
      return { list, kind, subject: change.address, detail: { ...change.note } };
    case 'verified':
      return { list, kind, subject: change.address };
    case 'moved':
      return { list, kind, subject: change.from, detail: { to: change.to } };
    case 'preferred': {
      const { level, name, value } = change;
      return { list, kind, subject: change.key, detail: { level, name, value } };
    }
    case 'delivery':
      return {
        list,
        kind,
        subject: change.key,
        detail: { level: change.level, on: change.on, ...change.pause },
      };
    case 'way': {
      const { level, mode, rhythm } = change;
      return { list, kind, subject: change.key, detail: { level, mode, rhythm } };
    }
    case 'muted':
      return { list, kind, subject: change.key, detail: { thread: change.thread, on: change.on } };
    case 'aliased':
    case 'request-shown':
    case 'bothered':
    case 'vouched':
      return undefined; // what was sent has its own line
    default:
      return unreachable(change);
  }
}
