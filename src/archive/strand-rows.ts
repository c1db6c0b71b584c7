/** The statements of threads and their strands. */
import { statement } from './statement.ts';
import type { Strand, Voice } from './strands.ts';

type Seq = { seq: number };
type Place = { list: number; subject: Buffer; at: number; own: Buffer };
type Move = { into: number; from: number };

/** What a strand has in the place of a voice when none of its postings has a subject. */
export const voiceless = { headless: 0, at: 0, own: Buffer.alloc(0), subject: null } as const;

const columns = 'seq, thread, headless, at, own, subject';

/** The strand of a Message-ID. */
export const mentioned = statement<{ list: number; id: Buffer }, { strand: number }>(
  'select strand from mention where list = @list and id = @id',
);
/** A Message-ID that was not known. */
export const mention = statement<{ list: number; id: Buffer; strand: number }>(
  'insert into mention (list, id, strand) values (@list, @id, @strand)',
);
/** All ids of a strand go to another one. */
export const moveMentions = statement<Move>(
  'update mention set strand = @into where strand = @from',
);

/** A strand of its own. */
export const beginStrand = statement<{ list: number; thread: number } & (Voice | typeof voiceless)>(
  `insert into strand (list, thread, subject, headless, at, own)
   values (@list, @thread, @subject, @headless, @at, @own)`,
);
/** A strand without ids. */
export const endStrand = statement<Seq>('delete from strand where seq = @seq');
/** One strand. */
export const strandOf = statement<Seq, Strand>(`select ${columns} from strand where seq = @seq`);
/** Its voice. */
export const speak = statement<Seq & (Voice | typeof voiceless)>(
  `update strand set subject = @subject, headless = @headless, at = @at, own = @own
   where seq = @seq`,
);
/** The thread of a strand. */
export const putInThread = statement<Seq & { into: number }>(
  'update strand set thread = @into where seq = @seq',
);
/** The last strand of a subject before a place. */
export const before = statement<Place, Strand>(
  `select ${columns} from strand
   where list = @list and subject = @subject and (at, own) < (@at, @own)
   order by at desc, own desc limit 1`,
);
/** The next one after a place. */
export const after = statement<Place, Strand>(
  `select ${columns} from strand
   where list = @list and subject = @subject and (at, own) > (@at, @own)
   order by at, own limit 1`,
);
/** The one that stands there. */
export const onPlace = statement<Place, Strand>(
  `select ${columns} from strand
   where list = @list and subject = @subject and at = @at and own = @own`,
);
/** One, or at least two. */
export const isAlone = statement<{ thread: number }, { strands: number }>(
  'select count(*) strands from (select 1 from strand where thread = @thread limit 2)',
);
/** Of two strands that of the larger thread. */
export const largerOf = statement<{ a: number; b: number }, Seq>(
  `select s.seq from strand s join thread t on t.seq = s.thread where s.seq in (@a, @b)
   order by t.posts desc, s.seq limit 1`,
);

/** A thread without postings. */
export const beginThread = statement<{ list: number; at: number }>(
  'insert into thread (list, posts, latest) values (@list, 0, @at)',
);
/** A thread without strands. */
export const endThread = statement<Seq>('delete from thread where seq = @seq');
/** One posting more. */
export const grow = statement<{ thread: number; at: number }>(
  'update thread set posts = posts + 1, latest = max(latest, @at) where seq = @thread',
);
/** How large a thread is. */
export const postsOf = statement<Seq, { posts: number }>(
  'select posts from thread where seq = @seq',
);
/** The counts of two threads, added. */
export const joinThread = statement<Move>(
  `update thread set (posts, latest) = (
     select sum(posts), max(latest) from thread where seq in (@into, @from)
   ) where seq = @into`,
);
/** The counts of a thread some of whose postings were moved. */
export const recount = statement<Seq>(
  `update thread set (posts, latest) = (
     select count(*), coalesce(max(id), latest) from posting where thread = @seq
   ) where seq = @seq`,
);
/** All postings of a thread go to another one. */
export const movePostings = statement<Move & { version: number }>(
  'update posting set thread = @into, version = @version where thread = @from',
);
/** One posting goes to another thread. */
export const movePosting = statement<{ id: number; into: number; version: number }>(
  'update posting set thread = @into, version = @version where id = @id',
);
/** The postings of a thread, for their strands. */
export const ownIds = statement<{ thread: number }, { id: number; messageId: string }>(
  'select id, message_id messageId from posting where thread = @thread',
);
