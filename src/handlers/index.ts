/** What happens to mail on its way out. Order is meaning. */
import type { Handler } from '../model/draft.ts';
import { administrivia } from './administrivia.ts';
import { archivedAt } from './archived-at.ts';
import { author } from './author.ts';
import { autoSubmitted } from './auto-submitted.ts';
import { avoidDuplicates } from './avoid-duplicates.ts';
import { bulk } from './bulk.ts';
import { clean } from './clean.ts';
import { date } from './date.ts';
import { decorate } from './decorate.ts';
import { listHeaders } from './list-headers.ts';
import { listId } from './list-id.ts';
import { loopMark } from './loop-mark.ts';
import { messageId } from './message-id.ts';
import { mute } from './mute.ts';
import { ownerMark } from './owner-mark.ts';
import { precedence } from './precedence.ts';
import { protectFrom } from './protect-from.ts';
import { replyTo } from './reply-to.ts';
import { sender } from './sender.ts';
import { subjectPrefix } from './subject-prefix.ts';
import { topics } from './topics.ts';

/** For postings. `author` stands before `sender`, and all that hashes the id behind its making. */
export const postingHandlers: readonly Handler[] = [
  clean,
  author,
  avoidDuplicates,
  messageId,
  date,
  protectFrom,
  topics,
  subjectPrefix,
  replyTo,
  listId,
  listHeaders,
  mute,
  archivedAt,
  sender,
  precedence,
  loopMark,
  decorate,
];

/** For what tells of a posting: as for the posting, under the list's name and without a body. */
export const noticeOfHandlers: readonly Handler[] = [
  date,
  protectFrom,
  subjectPrefix,
  replyTo,
  listId,
  listHeaders,
  mute,
  sender,
  precedence,
  autoSubmitted,
  loopMark,
];

/** For digests, whose From, subject and ids are ours already. */
export const digestHandlers: readonly Handler[] = [
  listId,
  listHeaders,
  sender,
  precedence,
  loopMark,
];

/** For mail to the owners, which is theirs to see as it came. */
export const relayHandlers: readonly Handler[] = [messageId, date, ownerMark];

/** For what we wrote ourselves: no prefix, no footer, of List-* only the one that says whose it is. */
export const noticeHandlers: readonly Handler[] = [
  messageId,
  date,
  listId,
  administrivia,
  bulk,
  autoSubmitted,
];
