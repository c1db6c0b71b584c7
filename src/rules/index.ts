/** What is asked of mail before it is passed on. Order is meaning. */
import type { Link } from '../model/posting.ts';
import { automatic } from './automatic.ts';
import { brokenFrom } from './broken-from.ts';
import { implicitDestination } from './implicit-destination.ts';
import { loop } from './loop.ts';
import { maxSize } from './max-size.ts';
import { membersOnly } from './members-only.ts';

/** For postings: the certain first, so that no moderator is asked about a loop. */
export const postingChain: readonly Link[] = [
  [loop, 'discard'],
  [brokenFrom, 'hold'],
  [membersOnly, 'own'],
  [automatic, 'note'],
  [implicitDestination, 'note'],
  [maxSize, 'note'],
];

/** For mail to the owners: whoever writes to them must reach them; they have to hear of trouble. */
export const relayChain: readonly Link[] = [
  [loop, 'discard'],
  [maxSize, 'note'],
];
