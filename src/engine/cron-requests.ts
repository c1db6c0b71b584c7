/** Requests that wait for a moderator, as maintenance sees them: reminding, and the end of them. */
import { addressKey } from '../mail/address.ts';
import { makeToken } from '../mail/token.ts';
import type { Notice } from '../model/command.ts';
import type { Undecided } from '../model/task.ts';
import { sendNotice } from './people.ts';
import type { Site } from './site.ts';

const dayMs = 86_400_000;

/** Those about which somebody must be told: the moderators again, or the subscriber at last. */
export async function* undecidedOf(site: Site, now: number): AsyncGenerator<Undecided> {
  const store = await site.store();
  for await (const { request, toldAt } of store.people.undecided()) {
    const { list, address, expires } = request;
    const remindMs = ((await store.list(list))?.settings.remindDays ?? 0) * dayMs;
    if (expires <= now) yield { list, address, what: 'end' };
    else if (remindMs > 0 && toldAt + remindMs <= now) yield { list, address, what: 'remind' };
  }
}

/** Tells, and notes that it was told; the number of letters. */
export async function tellUndecided(site: Site, which: Undecided, now: number): Promise<number> {
  const store = await site.store();
  const list = await store.list(which.list);
  const found = list && (await store.people.undecidedAt(list.id, addressKey(which.address)));
  if (!list || !found) return 0;
  const { request, cause } = found;
  const { kind, address, detail, token: hash } = request;
  const at = { site, store, list, who: 'cron', now };
  if (which.what === 'end') {
    const values = { wish: kind, address, reason: '' };
    const notice: Notice = { template: 'request-rejected', to: address, values };
    await sendNotice(at, notice, () => store.people.endRequest(hash));
    return 1;
  }
  // The token is made of what caused the request, so it is the one that was sent before.
  const key = site.secret().for('request');
  const token = makeToken(key, `${kind} moderator`, list.id, request.key, cause);
  const values = { wish: kind, address, name: detail.name ?? '' };
  const notice: Notice = { template: 'moderation-request', to: undefined, values, token };
  await sendNotice(at, notice, () => store.people.noteTold(hash, now));
  return 1;
}
