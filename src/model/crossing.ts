/** Where lists meet: a posting to several of them, and lists that read one another's. */
import type { ListId } from './ids.ts';
import type { TopicHits } from './topics.ts';

/** Another list to which the same posting goes, and whose members get their copy there. */
export type Crossing = {
  readonly list: ListId;
  /** When it accepted the posting: who joined later does not get it there. */
  readonly at: number;
  /** The thread as that list calls it: who has muted it there gets nothing there. */
  readonly thread?: string | undefined;
  /** What its topics say of the posting. */
  readonly topics?: TopicHits | undefined;
  /** Its members who read digests get it at once, too. */
  readonly urgent?: boolean | undefined;
};

/** Lists of one posting, and lists that are included, at most. */
export const maxCrossings = 20;
