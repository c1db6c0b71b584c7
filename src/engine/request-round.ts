/** The part of a moderator's summary that tells of requests to join or leave. */
import type { Change } from '../model/change.ts';
import { requestDue } from '../model/held-due.ts';
import type { ListView } from '../model/list.ts';
import type { UndecidedRequest } from '../model/request.ts';
import type { Settings } from '../model/settings.ts';
import { requestToken } from './cron-requests.ts';
import type { Desk } from './desk.ts';
import { heldAddress } from './held-keys.ts';

const dayMs = 86_400_000;
/** Requests in one letter; the rest is counted. */
const maxShown = 50;

/** A request that is to be told of, and whether that was done before. */
export type DueRequest = UndecidedRequest & { readonly isLate: boolean };

/** Those that belong into a summary now. */
export function requestsToShow(
  undecided: readonly UndecidedRequest[],
  settings: Pick<Settings, 'moderatorNotices' | 'remindDays'>,
  now: number,
): readonly DueRequest[] {
  if (settings.moderatorNotices !== 'daily') return [];
  return undecided
    .flatMap((one) => {
      const due = requestDue(one, settings, now);
      return due === undefined || one.request.expires <= now
        ? []
        : [{ ...one, isLate: due === 'late' }];
    })
    .slice(0, maxShown);
}

/** As the template shows them: an answer to each goes to its own address. */
export function requestItems(
  desk: Pick<Desk, 'config' | 'secret' | 'now'>,
  list: ListView,
  requests: readonly DueRequest[],
): Readonly<Record<string, string | number>>[] {
  return requests.map((one) => {
    const { address, detail, kind: wish, made } = one.request;
    const answer = heldAddress(desk, list, 'confirm', requestToken(desk.secret, one));
    const days = Math.floor((desk.now - made) / dayMs);
    return { address, name: detail.name ?? '', wish, days, answer };
  });
}

/** They were told of. */
export function requestsShown({ id: list }: ListView, requests: readonly DueRequest[]): Change[] {
  return requests.map(({ request: { token }, toldAt }) => {
    return { kind: 'request-shown', list, token, toldAt };
  });
}
