/**
 * What those who run a list do at the command line to subscriptions, with the messages of it.
 *
 * A message is on disk, unseen, before what it tells becomes true, and is seen right after: a
 * command that is killed leaves either nothing done, or something done and its message in `tmp`.
 */
import { Readable } from 'node:stream';
import { composeNotice } from '../composers/notice.ts';
import { speak } from '../composers/speaking.ts';
import { UsageError } from '../ground/errors.ts';
import { freshWord } from '../ground/secret.ts';
import { type Address, addressKey, parseAddress, wireAddress } from '../mail/address.ts';
import { compose } from '../mail/compose.ts';
import { makeToken } from '../mail/token.ts';
import type { Answer, Notice } from '../model/command.ts';
import type { ListView } from '../model/list.ts';
import type { Request } from '../model/request.ts';
import { type Place, type Subscriber, subscribe } from '../model/subscribing.ts';
import { accept, arrive, type Target } from '../spool/intake.ts';
import type { Store } from '../store/store.ts';
import { findDestination } from './desk.ts';
import type { Site } from './site.ts';
import { siteTexts } from './templates.ts';

const dayMs = 86_400_000;
const maxOwners = 100;

/** One person at the command line, with one list in hand. */
export type AtList = {
  readonly site: Site;
  readonly store: Store;
  readonly list: ListView;
  /** `cli:ann` */
  readonly who: string;
  readonly now: number;
};

/** Invites somebody, in the words of who does it: he joins when he answers. Says what came of it. */
export async function invite(at: AtList, who: Subscriber, words: string): Promise<string> {
  return await carryOut(at, await subscribe(placeOf(at), who, { kind: 'invite' }, words));
}

/** Decides about a request that waits for a moderator; `by` may be the time that is over. */
export async function decide(
  at: AtList,
  { address }: Request,
  accept: boolean,
  reason: string,
  by = at.who,
): Promise<string> {
  const who = { address, name: '' };
  const event = { kind: 'decide', accept, by } as const;
  return await carryOut(at, await subscribe(placeOf(at), who, event, reason));
}

/** A welcome or a goodbye for what was done already. */
export async function tell(
  at: AtList,
  template: 'welcome' | 'goodbye',
  { address, name }: Subscriber,
): Promise<void> {
  const notice = { template, to: address, values: { address, name } };
  await carryOut(at, { said: [], notices: [notice] });
}

function placeOf({ site, store, list, who, now }: AtList): Place {
  const { config } = site;
  const key = site.secret().for('request');
  return {
    list,
    now,
    books: store,
    messageId: '',
    source: who,
    bringer: who,
    patienceMs: {
      subscriber: config.commands.confirmDays * dayMs,
      moderator: config.commands.moderateDays * dayMs,
    },
    token: (kind, of) => makeToken(key, kind, list.id, of, freshWord()),
    isOurs: async (address) =>
      (await findDestination(store, wireAddress(address), config.site.separator)) !== undefined,
  };
}

/** Makes it true and sends what tells of it; another's change meanwhile is told, not repeated. */
async function carryOut(at: AtList, answer: Answer): Promise<string> {
  const { store, who, now } = at;
  const apply = async () => {
    const { changes = [] } = answer;
    if (changes.length === 0) return;
    const cause = `${who}.${freshWord()}`;
    const [applied] = await store.apply([{ cause, changes, fate: 'by hand' }], now);
    if (applied?.kind === 'failed') throw applied.error;
  };
  const [first, ...others] = answer.notices ?? [];
  if (first) await sendNotice(at, first, apply);
  else await apply();
  for (const notice of others) await sendNotice(at, notice);
  // The command line speaks English.
  const texts = siteTexts(at.site.paths.templates, at.site.log);
  const text = (await speak(answer.said, texts, 'en', at.list)).join(' ');
  if (answer.failed) throw new UsageError(text, 1);
  return text;
}

/** Sends one message; `beforeSeen` makes true what it tells, when it is on disk. */
export async function sendNotice(
  at: AtList,
  notice: Notice,
  beforeSeen?: () => Promise<void>,
): Promise<void> {
  const { site, store, list, now } = at;
  const to = notice.to === undefined ? await ownersOf(at) : [notice.to];
  const { separator } = site.config.site;
  const webUrl = site.config.web.url;
  const language =
    notice.to === undefined
      ? list.settings.language
      : await store.people.language(list.id, addressKey(notice.to));
  const composition = await composeNotice(
    { list, notice, to, cause: freshWord(), now, separator, language, webUrl },
    siteTexts(site.paths.templates, site.log),
  );
  const bytes = Readable.from([await compose(composition)]);
  const arrival = await arrive(site.spool, bytes, site.config.limits.messageBytes);
  const target: Target = {
    queue: 'virgin',
    recipient: list.address,
    list: list.id,
    work: { kind: 'notice', to: [...to], returnPath: null },
  };
  await accept(site.spool, arrival, null, [target], now, beforeSeen);
}

async function ownersOf({ site, store, list }: AtList): Promise<readonly Address[]> {
  const found = await store.owners(list.id);
  const owners = found.slice(0, maxOwners).flatMap((text) => parseAddress(text) ?? []);
  const last = parseAddress(site.config.site.owner);
  return owners.length > 0 || !last ? owners : [last];
}

/** The request of an address that waits for a moderator. */
export async function waitingRequest(
  { store, list, now }: AtList,
  address: Address,
): Promise<Request | undefined> {
  const key = addressKey(address);
  const found = await store.people.subscriptionRequest(list.id, key, now);
  return found?.waits === 'moderator' ? found : undefined;
}
