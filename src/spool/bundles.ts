/**
 * Bundles: small messages that come in at the same time go to the disk as one entry.
 *
 * Folder, files and syncs of an entry cost most of what it costs to take a message in, so those of
 * a group that go to the same queue share them. Their messages stand one behind the other in the
 * bundle's message, and what its entry.json says of each stands in the bundle's work. To the spool
 * a bundle is an entry like any other: it is seen whole or not at all, whatever is cut off. Who
 * works off the queue takes the letters out first, by a step like any other
 * (`engine/unbundle.ts`): there each becomes an entry of its own, once and once only.
 */
import { wallClock } from '../ground/clock.ts';
import { growingWord } from '../ground/secret.ts';
import type { Work } from '../model/entry.ts';
import { bundleId, maxBundled } from '../model/ids.ts';
import type { Bundled, BundleWork } from '../model/incoming-work.ts';
import { ordinaryPriority } from '../model/queues.ts';
import type { Heard } from './arriving.ts';
import type { Target } from './intake.ts';

/** What is in memory and asks to be taken. */
type Offer = {
  readonly message: Heard;
  readonly sender: string | null;
  readonly targets: readonly Target[];
};

/** Parts a group into what goes to the disk together; one alone stays an ordinary entry. */
export function bundlesOf<T extends Offer>(group: readonly T[]): readonly (readonly T[])[] {
  const shelves = new Map<string, T[]>();
  const parts: T[][] = [];
  for (const offer of group) {
    const [target, ...others] = offer.targets;
    const fits = target && others.length === 0 && target.due === undefined && bundled(target.work);
    const shelf = fits && `${target.queue} ${target.priority ?? ordinaryPriority}`;
    const open = shelf ? shelves.get(shelf) : undefined;
    if (open && open.length < maxBundled) open.push(offer);
    else {
      const part = [offer];
      parts.push(part);
      if (shelf) shelves.set(shelf, part);
    }
  }
  return parts;
}

/** The message of a bundle, and what goes with it to the queue and priority of them all. */
export function bundle(offers: readonly Offer[]): { message: Heard; target: Target } {
  const letters = offers.map(letterOf);
  const [first] = offers[0]?.targets ?? [];
  if (!first) throw new Error('a bundle of nothing');
  const bytes = Buffer.concat(offers.map(({ message }) => message.bytes));
  const id = bundleId(offers.length, growingWord(wallClock.now()));
  const work: BundleWork = { kind: 'bundle', letters };
  return {
    message: { kind: 'heard', id, size: bytes.length, bytes },
    target: { queue: first.queue, priority: first.priority, work },
  };
}

function letterOf({ message, sender, targets: [target] }: Offer): Bundled {
  const work = target && bundled(target.work);
  if (!work) throw new Error('a letter that no bundle takes');
  const { recipient, list } = target;
  return {
    sender,
    ...(recipient === undefined ? {} : { recipient }),
    ...(list === undefined ? {} : { list }),
    size: message.size,
    work,
  };
}

/** The work of what comes in; undefined for other work. */
function bundled(work: Work): Bundled['work'] | undefined {
  return work.kind === 'mail' || work.kind === 'command' || work.kind === 'bounce'
    ? work
    : undefined;
}
