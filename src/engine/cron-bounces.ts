/**
 * A round among a list's bouncing members, as maintenance does it: as an entry of the queue, so
 * that letters and books change together, taken in hand at once. Where that is cut off, the entry
 * is found by recovery, and a worker of the queue does the rest.
 */
import { Readable } from 'node:stream';
import { type Care, isIdle } from '../model/care.ts';
import type { ListId } from '../model/ids.ts';
import type { Bouncing } from '../model/task.ts';
import { accept, arrive } from '../spool/intake.ts';
import { type Place, waitingIn } from '../spool/places.ts';
import { roundStep } from './bounce-round.ts';
import type { Hand } from './hand.ts';
import type { Site } from './site.ts';
import { siteTexts } from './templates.ts';

const text = Buffer.from('Subject: a round among bouncing members\r\n\r\n');
/** Steps of one round: each cares for some hundred people. */
const maxSteps = 10_000;
/** A worker leaves it alone for so long: it is ours, unless we die. */
const oursMs = 600_000;

/** Lists with something due, or with scores that time changes. */
export async function* bouncingOf(site: Site, now: number): AsyncGenerator<Bouncing> {
  const { bounces } = await site.store();
  for (const list of await bounces.bouncing()) {
    yield { list, due: dueText(await bounces.care(list, now)) };
  }
}

function dueText(care: Care): string {
  const counts = [
    [care.probes.length, 'probes'],
    [care.warnings.length, 'warnings'],
    [care.removals.length, 'removals'],
    [care.disabled.length, 'disabled to tell'],
    [care.storms.length, 'storms to tell'],
    [care.complaints.length, 'complaints to tell'],
    [care.ours.length, 'refusals of our mail to tell'],
  ] as const;
  const told = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return told.length === 0 ? 'only old scores' : told.join(', ');
}

/** What time makes true, then all that is due; the number of people and things dealt with. */
export async function bounceRound(
  site: Site,
  hand: Hand,
  list: ListId,
  now: number,
): Promise<number> {
  const { bounces } = await site.store();
  const { forgotten } = await bounces.tidy(list, 'cron:bounces', now);
  let done = forgotten;
  let place: Place | undefined;
  for (let step = 0; step < maxSteps; step += 1) {
    const care = await bounces.care(list, now);
    if (isIdle(care) && place === undefined) return done;
    place ??= await layDown(site, list, now);
    const taken = await hand.take(place);
    // A worker was faster: it does what we would have done.
    if (taken.kind !== 'taken') return done;
    const outcome = await roundStep(taken.claim, await deskOf(site, now), await partsOf(site));
    await hand.settle(place, taken.claim, outcome, now);
    done += amountOf(care);
    if (outcome.fate.kind !== 'later') return done;
    place = find(site, taken.claim.meta.id);
    if (!place) return done;
  }
  return done;
}

function amountOf({
  probes,
  warnings,
  removals,
  disabled,
  storms,
  complaints,
  ours,
}: Care): number {
  const all = [probes, warnings, removals, disabled, storms, complaints, ours];
  return all.reduce((sum, some) => sum + some.length, 0);
}

async function layDown(site: Site, list: ListId, now: number): Promise<Place> {
  const { spool } = site;
  const store = await site.store();
  const view = await store.list(list);
  const arrival = await arrive(spool, Readable.from([text]), text.length);
  const recipient = view?.address ?? '';
  const target = { queue: 'bounce', recipient, list, work: { kind: 'round' } } as const;
  const [id = ''] = await accept(spool, arrival, null, [target], now + oursMs);
  const place = find(site, id);
  if (!place) throw new Error(`the round ${id} is gone`);
  return place;
}

function find({ spool }: Site, id: string): Place | undefined {
  for (const place of waitingIn(spool, 'bounce')) if (place.id === id) return place;
  return undefined;
}

async function deskOf(site: Site, now: number) {
  return { now, config: site.config, books: await site.store() };
}

async function partsOf(site: Site) {
  const { bounces } = await site.store();
  return {
    verpKey: site.secret().for('verp'),
    care: bounces.care.bind(bounces),
    texts: siteTexts(site.paths.templates, site.log),
  };
}
