/** Doing one thing to several entries: each is told, and one that fails does not stop the rest. */
import type { Dealt } from '../engine/by-hand.ts';
import { Hand } from '../engine/hand.ts';
import type { Site } from '../engine/site.ts';
import { exit, explain, UsageError } from '../ground/errors.ts';
import type { Place } from '../spool/places.ts';
import type { Io } from './command.ts';
import { note, writeLine } from './output.ts';

/** So many at a time: they share what is waited for, the syncs of the disk. */
const together = 32;

/** Deals with places. The exit code is 1 when one of them was left as it was. */
export async function deal(
  io: Io,
  site: Site,
  places: readonly Place[],
  how: (hand: Hand, place: Place) => Promise<Dealt>,
): Promise<void> {
  if (places.length === 0) throw new UsageError('no entry is meant', exit.noInput);
  await using hand = new Hand(site);
  let left = 0;
  const safely = (place: Place) =>
    how(hand, place).catch(
      (error: unknown): Dealt => ({ ok: false, text: `${place.id}: ${explain(error)}` }),
    );
  for (let at = 0; at < places.length; at += together) {
    for (const dealt of await Promise.all(places.slice(at, at + together).map(safely))) {
      if (!dealt.ok) left += 1;
      await (dealt.ok ? writeLine(io, dealt.text) : note(io, `listmill: ${dealt.text}`));
    }
  }
  if (left > 0) io.exit(exit.failure);
}
