/** Where an accepted posting goes from the pipeline: to its readers, in each of their ways. */
import type { Address } from '../mail/address.ts';
import type { HeaderBlock } from '../mail/headers.ts';
import type { Message } from '../mail/message.ts';
import { messageIdOf } from '../mail/message-id.ts';
import { isArchived } from '../model/archived.ts';
import type { Draft } from '../model/draft.ts';
import type { WorkOf } from '../model/entry.ts';
import { childId } from '../model/ids.ts';
import type { ListView } from '../model/list.ts';
import { type Letter, letter, type Outcome } from '../model/outcome.ts';
import { cutMailing } from './cutting.ts';
import type { Desk, Entry } from './desk.ts';
import type { Drafted } from './drafting.ts';
import { postingNotice } from './posting-notice.ts';
import type { MemberAudience } from './readers.ts';
import type { Texts } from './templates.ts';

/** What the readers of one posting have in common. */
export type Readers = {
  readonly list: ListView;
  readonly message: Message;
  readonly number: number;
  readonly audience: MemberAudience;
  readonly work: WorkOf<'mailing'>;
  readonly muteAddress: Address | undefined;
};

type PostingQueue = 'archive' | 'digest' | 'mailing' | 'outgoing';

/** What comes of a posting that is ready for its readers. */
export type PostingPuts = Pick<Outcome<PostingQueue>, 'changes' | 'tell'> & {
  readonly puts: readonly Letter<PostingQueue>[];
};

/** The puts of a posting; digests and notices only where somebody wants them. */
export async function postingPuts(
  entry: Entry,
  desk: Desk,
  readers: Readers,
  { draft, plain, collected }: Drafted,
  texts: Texts,
): Promise<PostingPuts> {
  const { meta } = entry;
  const { list, message, number, audience, work } = readers;
  const wanted = await desk.books.digests.wanted(list.id, number);
  const puts: Letter<PostingQueue>[] = [];
  if (isArchived(list, message.headers)) {
    const archive = { kind: 'archive', ...givenId(message.headers, draft.headers) } as const;
    puts.push(letter('archive', meta, archive, { message: asItCame(plain) }));
  }
  // What is urgent has reached those with digests by itself.
  if (wanted.digest && !audience.urgent) {
    const { upTo, thread, topics } = audience;
    const digest: WorkOf<'digest'> = {
      ...{ kind: 'digest', number, upTo },
      ...(thread === undefined ? {} : { thread }),
      ...(topics === undefined ? {} : { topics }),
    };
    puts.push(letter('digest', meta, digest, { message: asItCame(collected) }));
  }
  if (wanted.notice) puts.push(await postingNotice(entry, desk, readers, texts));
  const mailing = childId(meta.id, 'm');
  const cut = await cutMailing(desk, list.id, mailing, work);
  const dressed = { message: { kind: 'draft', ...draft } } as const;
  if (cut.rest !== undefined || cut.batches.length > 1) {
    return { puts: [...puts, letter('mailing', meta, work, dressed)] };
  }
  // All of a small list is one batch: it needs no queue of its own, and nobody waits for it.
  const batches = cut.batches.map((batch) => letter('outgoing', meta, batch, dressed));
  return { puts: [...puts, ...batches], changes: [cut.change], tell: { ...cut.tell, mailing } };
}

function asItCame(draft: Draft | undefined): Letter['message'] {
  return draft === undefined ? { kind: 'same' } : { kind: 'draft', ...draft };
}

/** The archive keeps what came, and must know it by the id under which the members have it. */
function givenId(came: HeaderBlock, sent: HeaderBlock): { readonly messageId?: string } {
  const given = messageIdOf(came) === undefined ? messageIdOf(sent) : undefined;
  return given === undefined ? {} : { messageId: given };
}
