/** Requests that wait for a moderator, as maintenance sees them: reminding, and the end of them. */

import { StaleView } from '../ground/errors.ts';
import type { Secret } from '../ground/secret.ts';
import { addressKey } from '../mail/address.ts';
import { makeToken } from '../mail/token.ts';
import type { Notice } from '../model/command.ts';
import { byExpiry } from '../model/held.ts';
import { requestDue } from '../model/held-due.ts';
import type { UndecidedRequest } from '../model/request.ts';
import type { Undecided } from '../model/task.ts';
import { applyOne } from './moderation.ts';
import { type AtList, decide, sendNotice } from './people.ts';
import type { Site } from './site.ts';

/**
 * Those about which something is to be done: telling moderators, where they do not want summaries
 * of the day (`held-round.ts`), and the end.
 */
export async function* undecidedOf(site: Site, now: number): AsyncGenerator<Undecided> {
  const store = await site.store();
  for await (const one of store.people.undecided()) {
    const { list, address, expires } = one.request;
    const settings = (await store.list(list))?.settings;
    if (!settings) continue;
    if (expires <= now) yield { list, address, what: 'end', action: settings.requestAction };
    else if (settings.moderatorNotices === 'at-once' && requestDue(one, settings, now)) {
      yield { list, address, what: 'remind' };
    }
  }
}

/** Tells, and notes that it was told, or ends it; the number of requests. */
export async function tellUndecided(site: Site, which: Undecided, now: number): Promise<number> {
  const store = await site.store();
  const list = await store.list(which.list);
  const found = list && (await store.people.undecidedAt(list.id, addressKey(which.address)));
  if (!list || !found) return 0;
  const at = { site, store, list, who: 'cron', now };
  try {
    if (which.what === 'remind') await remind(at, found);
    else if (found.request.expires > now) return 0;
    else await decide(at, found.request, which.action === 'accept', '', byExpiry);
  } catch (error) {
    // A moderator was faster.
    if (error instanceof StaleView) return 0;
    throw error;
  }
  return 1;
}

async function remind(at: AtList, found: UndecidedRequest): Promise<void> {
  const { site, list, now } = at;
  const { kind, address, detail, token: hash } = found.request;
  const token = requestToken(site.secret(), found);
  const values = { wish: kind, address, name: detail.name ?? '' };
  const notice: Notice = { template: 'moderation-request', to: undefined, values, token };
  const { toldAt } = found;
  await sendNotice(at, notice, async () => {
    const change = { kind: 'request-shown', list: list.id, token: hash, toldAt } as const;
    if (!(await applyOne(site, change, now))) throw new StaleView(`${address} was decided about`);
  });
}

/** The token is made of what caused the request, so it is the one that was sent before. */
export function requestToken(
  secret: Pick<Secret, 'for'>,
  { request: { kind, list, key }, cause }: UndecidedRequest,
): string {
  return makeToken(secret.for('request'), `${kind} moderator`, list, key, cause);
}
