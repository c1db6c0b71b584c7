/**
 * command - obey the orders that people give by mail
 *
 * Store:  reads lists, members, requests, bans; writes requests, memberships, preferences
 * Fails:  store or disk not ready, or another changed what was seen: the message waits and is
 *         read again; no message at all, it is parked as bad; anything else, it is shunted
 * Bugs:   the answer to an order goes to the address in From, in the language of that address
 */
import { commands } from '../src/commands/index.ts';
import { composeNotice } from '../src/composers/notice.ts';
import { commandView, limitsOf, linkedMember, silenceFor } from '../src/engine/command-view.ts';
import { defineEquipped } from '../src/engine/define.ts';
import type { Desk, Entry } from '../src/engine/desk.ts';
import { heldRound } from '../src/engine/held-round.ts';
import { obeyAll } from '../src/engine/obey.ts';
import { findOrders } from '../src/engine/orders.ts';
import { siteTexts, type Texts } from '../src/engine/templates.ts';
import { type Address, addressKey, parseAddress } from '../src/mail/address.ts';
import { compose } from '../src/mail/compose.ts';
import { isBroken, type Message, readMessage } from '../src/mail/message.ts';
import { messageIdOf } from '../src/mail/message-id.ts';
import type { Notice } from '../src/model/command.ts';
import type { ListView } from '../src/model/list.ts';
import { finish, type Letter, later, letter, type Outcome, park } from '../src/model/outcome.ts';
import { unpark } from '../src/spool/unpark.ts';

export const runner = defineEquipped(
  { reads: 'command', writes: ['virgin'], batch: 8 },
  async (site) => {
    const texts = siteTexts(site.paths.templates, site.log);
    const one = async (entry: Entry, desk: Desk): Promise<Outcome<'virgin'>> => {
      const { work } = entry.meta;
      if (work.kind !== 'decided') return await step(entry, desk, texts);
      for (const id of work.held) await unpark(site.spool, 'held', 'incoming', id, desk.now);
      return { fate: finish };
    };
    return { step: one, close: async () => undefined };
  },
);

async function step(entry: Entry, desk: Desk, texts: Texts): Promise<Outcome<'virgin'>> {
  const { work } = entry.meta;
  if (work.kind === 'held-round') {
    const of = entry.meta.list && (await desk.books.list(entry.meta.list));
    return of ? await heldRound(entry.meta, desk, of, texts) : { fate: finish };
  }
  if (work.kind !== 'command') return { fate: park('shunt', `no command but ${work.kind}`) };
  const linked = await linkedMember(entry, desk);
  const list = linked?.list ?? (entry.meta.list && (await desk.books.list(entry.meta.list)));
  if (!list) return { fate: park('shunt', `there is no list ${entry.meta.list}`) };
  const { headerBytes: maxHeaderBytes } = desk.config.limits;
  const message = await readMessage(entry.message, { maxHeaderBytes });
  if (isBroken(message)) return { fate: park('bad', message.reason) };
  // A mail program that unsubscribes by itself may say so: nobody is answered.
  const why = linked ? undefined : await silenceFor(entry, desk, message);
  if (why !== undefined) return { fate: finish, tell: { event: 'ignored', why } };
  const view = await commandView(entry, desk, list, message, linked?.member);
  if (!view) return { fate: finish, tell: { event: 'ignored', why: 'From is no address.' } };
  const { perMessage: maxOrders, strayLines: maxStray } = desk.config.commands;
  const found = await findOrders(work, message, commands, { maxOrders, maxStray });
  const limits = limitsOf(desk.config);
  const { changes, notices, dropped } = await obeyAll(commands, found, view, limits);
  const puts: Letter<'virgin'>[] = [];
  for (const [n, notice] of notices.entries()) {
    puts.push(await noticeLetter({ entry, desk, list, message, notice, n }, texts));
  }
  const verbs = found.orders.map(({ verb }) => verb);
  const tell = { event: 'obeyed', by: view.asker.address, verbs, dropped };
  // What was decided comes true where the posting is judged: it waits there again, then this ends.
  const held = changes.flatMap((one) => (one.kind === 'decided' ? [one.entry] : []));
  const fate = held.length === 0 ? finish : later(desk.now, { work: { kind: 'decided', held } });
  return { changes, puts, fate, tell };
}

type ToWrite = {
  readonly entry: Entry;
  readonly desk: Desk;
  readonly list: ListView;
  readonly message: Message;
  readonly notice: Notice;
  readonly n: number;
};

async function noticeLetter(
  { entry: { meta }, desk, list, message, notice, n }: ToWrite,
  texts: Texts,
): Promise<Letter<'virgin'>> {
  const to = notice.to === undefined ? await ownersOf(desk, list) : [notice.to];
  const composition = await composeNotice(
    {
      list,
      notice,
      to,
      cause: `${meta.id}/notice${n}`,
      now: meta.received,
      // Only who wrote knows what is answered.
      inReplyTo: notice.template === 'command-reply' ? messageIdOf(message.headers) : undefined,
      separator: desk.config.site.separator,
      webUrl: desk.config.web.url,
      language:
        notice.to === undefined
          ? list.settings.language
          : await desk.books.people.language(list.id, addressKey(notice.to)),
    },
    texts,
  );
  return letter(
    'virgin',
    meta,
    { kind: 'notice', to: [...to], returnPath: null },
    {
      key: `n${n}`,
      list: list.id,
      sender: null,
      message: { kind: 'text', bytes: await compose(composition) },
    },
  );
}

/** At most as many as one notice may go to; where a list has nobody, the site has. */
async function ownersOf(desk: Desk, list: ListView): Promise<readonly Address[]> {
  const found = await desk.books.owners(list.id);
  const addresses = found.slice(0, maxOwners).flatMap((text) => parseAddress(text) ?? []);
  const last = parseAddress(desk.config.site.owner);
  return addresses.length > 0 || !last ? addresses : [last];
}

const maxOwners = 100;
