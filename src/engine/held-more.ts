/** What else can be done with a held posting: let it wait, and show it to somebody. */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { type Address, joinAddress, wireAddress } from '../mail/address.ts';
import { formatDate } from '../mail/date.ts';
import { makeMessageId } from '../mail/message-id.ts';
import type { Work } from '../model/entry.ts';
import { accept, arrive } from '../spool/intake.ts';
import { readPlace } from '../spool/parked.ts';
import type { Place } from '../spool/places.ts';
import { type Dealt, refusal, tell } from './by-hand.ts';
import type { Hand } from './hand.ts';
import { destinationOf } from './held.ts';
import { applyOne } from './moderation.ts';
import type { Site } from './site.ts';

const dayMs = 86_400_000;

/** Neither reminders nor expiry for some days. */
export async function deferHeld(
  hand: Hand,
  site: Site,
  place: Place,
  { days, by }: { readonly days: number; readonly by: string },
  now: number,
): Promise<Dealt> {
  const read = readPlace(place);
  if (read.kind !== 'entry') return refusal(place, read);
  const { meta } = read;
  const posting = await (await site.store()).held.posting(meta.id);
  if (!posting) return { ok: false, text: `${meta.id} is no posting that waits: left as it is.` };
  const { list } = posting;
  await applyOne(
    site,
    { kind: 'deferred', list, entry: meta.id, until: now + days * dayMs, by },
    now,
  );
  tell(hand, 'deferred', place, meta, { list, days });
  return { ok: true, text: `${meta.id} waits for ${days} days more.` };
}

/** Sends a copy as it came, with the fields of RFC 5322 3.6.6 in front. */
export async function forwardHeld(
  hand: Hand,
  site: Site,
  place: Place,
  to: Address,
  now: number,
): Promise<Dealt> {
  const read = readPlace(place);
  if (read.kind !== 'entry') return refusal(place, read);
  const { meta } = read;
  const found = await destinationOf(site, meta);
  if (!found) return { ok: false, text: `${meta.id}: its list is gone, so nobody can send it.` };
  const { list } = found;
  const owner = joinAddress(`${list.name}-owner`, list.domain);
  const head = [
    `Resent-From: ${owner}`,
    `Resent-To: ${wireAddress(to)}`,
    `Resent-Date: ${formatDate(now)}`,
    `Resent-Message-ID: ${makeMessageId(`${meta.id}/forward/${to}/${now}`, list.domain)}`,
  ].join('\r\n');
  const bytes = Readable.from(withHead(`${head}\r\n`, read.message));
  const { messageBytes } = site.config.limits;
  const arrival = await arrive(site.spool, bytes, messageBytes + head.length + 2);
  const work: Work = { kind: 'notice', to: [to], returnPath: null };
  const target = { queue: 'virgin', recipient: to, list: list.id, work } as const;
  await accept(site.spool, arrival, null, [target], now);
  tell(hand, 'forwarded', place, meta, { list: list.id, to });
  return { ok: true, text: `A copy of ${meta.id} goes to ${to}.` };
}

async function* withHead(head: string, path: string): AsyncGenerator<Buffer> {
  yield Buffer.from(head);
  for await (const chunk of createReadStream(path)) yield chunk as Buffer;
}
