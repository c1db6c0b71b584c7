/**
 * What a page does with the link of a message that asks for confirmation: docs/confirming.md.
 *
 * Looking changes nothing: scanners open links. Pressing the button lays an entry into the queue
 * of orders, so what comes of it, and the record of that, is the same as of an answer by mail.
 */
import { Readable } from 'node:stream';
import { freshWord } from '../ground/secret.ts';
import { joinAddress, wireAddress } from '../mail/address.ts';
import { formatDate } from '../mail/date.ts';
import { makeMessageId } from '../mail/message-id.ts';
import { isToken, tokenHash } from '../mail/token.ts';
import type { ListView } from '../model/list.ts';
import type { Request } from '../model/request.ts';
import { accept, arrive } from '../spool/intake.ts';
import type { Site } from './site.ts';

/** What the page asks about. */
export type Asked = {
  readonly list: ListView;
  readonly wish: Request['kind'];
  readonly address: Request['address'];
};

/** What a link stands for; undefined: nothing, or no longer. Changes nothing. */
export async function askedByLink(
  site: Site,
  token: string,
  now: number,
): Promise<Asked | undefined> {
  const text = token.toLowerCase();
  if (!isToken(text)) return undefined;
  const store = await site.store();
  const request = await store.people.request(tokenHash(text), now);
  // Moderators decide by mail, where they can say why.
  if (request?.waits !== 'subscriber') return undefined;
  const list = await store.list(request.list);
  return list && { list, wish: request.kind, address: request.address };
}

/** The button was pressed. Undefined: there was nothing to confirm, or no longer. */
export async function confirmByLink(
  site: Site,
  token: string,
  now: number,
): Promise<Asked | undefined> {
  const asked = await askedByLink(site, token, now);
  if (!asked) return undefined;
  const { list, address } = asked;
  const detail = token.toLowerCase();
  const { separator } = site.config.site;
  const to = joinAddress(`${list.name}-confirm${separator}${detail}`, list.domain);
  const header = [
    `From: <${wireAddress(address)}>`,
    `To: <${to}>`,
    `Date: ${formatDate(now)}`,
    `Message-ID: ${makeMessageId(`page/${detail}/${freshWord()}`, list.domain)}`,
    `Subject: confirm ${detail}`,
  ];
  const bytes = Readable.from([Buffer.from(`${header.join('\r\n')}\r\n\r\n`)]);
  const arrival = await arrive(site.spool, bytes, site.config.limits.messageBytes);
  const work = { kind: 'command', to: 'confirm', detail, via: 'page' } as const;
  const target = { queue: 'command', recipient: to, list: list.id, work } as const;
  await accept(site.spool, arrival, address, [target], now);
  return asked;
}
