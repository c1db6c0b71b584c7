/** Where an accepted posting goes from the pipeline: to its readers, in each of their ways. */
import type { HeaderBlock } from '../mail/headers.ts';
import type { Message } from '../mail/message.ts';
import { messageIdOf } from '../mail/message-id.ts';
import { isArchived } from '../model/archived.ts';
import type { Draft } from '../model/draft.ts';
import type { WorkOf } from '../model/entry.ts';
import type { ListView } from '../model/list.ts';
import { type Letter, letter } from '../model/outcome.ts';
import type { Desk, Entry } from './desk.ts';
import type { Drafted } from './drafting.ts';

/** Members, and who of them goes without. */
export type MemberAudience = Extract<WorkOf<'mailing'>['audience'], { kind: 'members' }>;

/** What the readers of one posting have in common. */
export type Readers = {
  readonly list: ListView;
  readonly message: Message;
  readonly number: number;
  readonly audience: MemberAudience;
  readonly work: WorkOf<'mailing'>;
};

/** The puts of a posting; digests and notices only where somebody wants them. */
export async function postingPuts(
  { meta }: Entry,
  desk: Desk,
  { list, message, number, audience, work }: Readers,
  { draft, plain, collected }: Drafted,
): Promise<Letter<'archive' | 'digest' | 'mailing'>[]> {
  const wanted = await desk.books.digests.wanted(list.id, number);
  const puts: Letter<'archive' | 'digest' | 'mailing'>[] = [];
  if (isArchived(list, message.headers)) {
    const archive = { kind: 'archive', ...givenId(message.headers, draft.headers) } as const;
    puts.push(letter('archive', meta, archive, { message: asItCame(plain) }));
  }
  if (wanted.digest) {
    const { upTo, thread } = audience;
    const digest = { kind: 'digest', number, upTo, ...(thread === undefined ? {} : { thread }) };
    puts.push(letter('digest', meta, digest as WorkOf<'digest'>, { message: asItCame(collected) }));
  }
  puts.push(letter('mailing', meta, work, { message: { kind: 'draft', ...draft } }));
  return puts;
}

function asItCame(draft: Draft | undefined): Letter['message'] {
  return draft === undefined ? { kind: 'same' } : { kind: 'draft', ...draft };
}

/** The archive keeps what came, and must know it by the id under which the members have it. */
function givenId(came: HeaderBlock, sent: HeaderBlock): { readonly messageId?: string } {
  const given = messageIdOf(came) === undefined ? messageIdOf(sent) : undefined;
  return given === undefined ? {} : { messageId: given };
}
