/** One message about a posting, for members who are only told of postings. */
import { linkTo } from '../composers/digest-contents.ts';
import { noticeOfHandlers } from '../handlers/index.ts';
import { addressKey, mailboxesIn } from '../mail/address.ts';
import { plainText } from '../mail/digest-text.ts';
import { tag } from '../mail/keyed.ts';
import { ancestorIds, makeMessageId, messageIdOf } from '../mail/message-id.ts';
import { bareSubject } from '../mail/subject.ts';
import { isArchived } from '../model/archived.ts';
import type { Draft } from '../model/draft.ts';
import type { Letter } from '../model/outcome.ts';
import { letter } from '../model/outcome.ts';
import type { Desk, Entry } from './desk.ts';
import { personalOccasion, personalWork } from './personal.ts';
import { prepare } from './pipeline.ts';
import type { Readers } from './posting-puts.ts';
import type { Texts } from './templates.ts';

/** What the notice says of the author's own header. */
const about = /^(?:from|to|date|subject)$/;

/**
 * The notice as a mailing. It answers the posting, so mail programs that have both show them
 * together; it comes from the list, because the author did not write it.
 */
export async function postingNotice(
  { meta }: Entry,
  desk: Desk,
  readers: Readers,
  texts: Texts,
): Promise<Letter<'mailing'>> {
  const { list, number, audience, work, muteAddress } = readers;
  const mark = tag(desk.secret.for('hole'), 'hole', `${meta.id}/notice`);
  const start = await noticeDraft(meta, readers, texts);
  const draft = prepare(noticeOfHandlers, start, {
    list,
    number,
    personal: personalOccasion(list, mark, desk.config),
    now: desk.now,
    protection: 'munge',
    muteAddress,
  });
  const personal = personalWork(list, mark, draft.fragments ?? []);
  const { personal: _, ...rest } = work;
  return letter(
    'mailing',
    meta,
    {
      ...rest,
      ...(personal === undefined ? {} : { personal }),
      audience: { ...audience, notice: true },
    },
    { key: 'n', message: { kind: 'draft', ...draft } },
  );
}

async function noticeDraft(
  meta: Entry['meta'],
  { list, message }: Readers,
  texts: Texts,
): Promise<Draft> {
  const { headers } = message;
  const messageId = messageIdOf(headers) ?? '';
  const [author] = mailboxesIn(headers, 'from');
  const { text: subject } = bareSubject(headers.get('subject') ?? '', list.settings.subjectPrefix);
  const rendered = await texts('posting-notice', undefined, list, {
    subject,
    author: author?.name || author?.address || '',
    bytes: `${meta.message.size}`,
    link: linkTo(list, { messageId, archived: isArchived(list, headers) }) ?? '',
  });
  const told = headers
    .filter((name) => about.test(name))
    .set('Subject', rendered.subject)
    .setRaw('Message-ID', makeMessageId(`${meta.id}/notice`, list.domain));
  const ids = [...ancestorIds(headers).slice(-20), messageId].filter((id) => id !== '');
  return {
    headers: ids.length === 0 ? told : told.setRaw('References', ids.join(' ')),
    body: { path: '', start: 0, end: 0 },
    transforms: [plainText(rendered.text, ['ja', 'zh', 'ru'].includes(rendered.language))],
    author: author?.address && addressKey(author.address),
    addressed: [],
  };
}
