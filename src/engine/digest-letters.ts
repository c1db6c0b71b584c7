/**
 * The messages of an issue of a digest, each written once, file to file: a message at a time is
 * read, so a digest of any size takes no more memory than the largest posting's text.
 */
import { join } from 'node:path';
import { digestWords, sayIn, summaryWords } from '../composers/digest.ts';
import { contentsText, linkTo } from '../composers/digest-contents.ts';
import { pageOf } from '../composers/digest-page.ts';
import type { Texts } from '../composers/text.ts';
import type { Config } from '../ground/config.ts';
import type { Secret } from '../ground/secret.ts';
import { digestHandlers } from '../handlers/index.ts';
import { formatMailbox, joinAddress } from '../mail/address.ts';
import { formatDate } from '../mail/date.ts';
import { type DigestItem, mimeDigest } from '../mail/digest-mime.ts';
import { htmlDigest, plainDigest, plainText, type TextDigest } from '../mail/digest-text.ts';
import { type HeaderBlock, noHeaders } from '../mail/headers.ts';
import { tag } from '../mail/keyed.ts';
import { makeMessageId } from '../mail/message-id.ts';
import type { Attachment } from '../mail/posting-text.ts';
import type { BodyTransform } from '../mail/types.ts';
import type { DigestPosting, Issue, Variant } from '../model/digest.ts';
import type { Draft } from '../model/draft.ts';
import type { ListView } from '../model/list.ts';
import { personalOccasion } from './personal.ts';
import { prepare } from './pipeline.ts';

export type DigestPlace = {
  /** Where the postings lie. */
  readonly folder: string;
  readonly texts: Texts;
  readonly secret: Secret;
  readonly config: Config;
};

export type DigestMessage = {
  readonly list: ListView;
  readonly issue: Pick<Issue, 'volume' | 'number' | 'at'>;
  readonly variant: Pick<Variant, 'form' | 'language' | 'postings'>;
  /** Names the message: the same cause gives the same. */
  readonly cause: string;
  /** Begins the holes that are filled for each reader. */
  readonly mark: string;
};

/** One variant of an issue, ready to be written. */
export async function digestDraft(message: DigestMessage, place: DigestPlace): Promise<Draft> {
  const { list, issue, variant } = message;
  const { subject, transform } = await bodyOf(message, place);
  const draft: Draft = {
    headers: headersOf(message, subject),
    body: { path: '', start: 0, end: 0 },
    transforms: [transform],
    author: undefined,
    addressed: [],
  };
  const personal = personalOccasion(list, message.mark, place.config);
  const occasion = { list, number: issue.number, personal, now: issue.at };
  const dressed = prepare(digestHandlers, draft, occasion);
  const headers = dressed.headers.setRaw('Content-Language', variant.language);
  return { ...dressed, headers };
}

function headersOf({ list, issue, cause }: DigestMessage, subject: string): HeaderBlock {
  const title = list.settings.displayName || list.name;
  const at = (sub: string) => joinAddress(`${list.name}${sub}`, list.domain);
  return noHeaders
    .addRaw('From', formatMailbox(title, at('-request')))
    .addRaw('To', formatMailbox(title, list.address))
    .addRaw('Reply-To', formatMailbox(title, list.address))
    .add('Subject', subject)
    .addRaw('Message-ID', makeMessageId(cause, list.domain))
    .addRaw('Date', formatDate(issue.at));
}

async function bodyOf(
  { list, issue, variant, cause }: DigestMessage,
  { folder, texts, secret }: DigestPlace,
): Promise<{ readonly subject: string; readonly transform: BodyTransform }> {
  const { form, language, postings } = variant;
  const order = { list, issue, postings, language };
  const dense = isDense(language);
  if (form === 'summary') {
    const { subject, text } = await summaryWords(order, texts);
    return { subject, transform: plainText(text, dense) };
  }
  const words = await digestWords(order, texts);
  const { subject, front, end, gone, lines } = words;
  const items = lines.map(({ number, posting }) => itemOf(folder, number, posting));
  // Keyed, so that nobody can have written it into a message.
  const boundary = `=_${tag(secret.for('digest'), 'boundary', cause)}`;
  if (form === 'mime') {
    return { subject, transform: mimeDigest({ front, end, items, boundary, gone }) };
  }
  const say = sayIn(order, texts);
  const cut = await say('cut', {});
  const attached = await attachedIn(say);
  const digest: TextDigest = { front, end, items, gone, attached, cut, dense };
  if (form === 'plain') return { subject, transform: plainDigest(digest) };
  const page = {
    ...{ language, front, end, lines, attached, cut },
    title: subject,
    contents: contentsText(lines),
    linkTo: (line: (typeof lines)[number]) => linkTo(list, line.posting),
  };
  return { subject, transform: htmlDigest(digest, (shown) => pageOf(page, shown), boundary) };
}

function itemOf(folder: string, number: number, { file, wide }: DigestPosting): DigestItem {
  return { path: join(folder, `${file}.eml`), number, wide };
}

/** The sentence about an attachment, rendered once with marks where its facts stand. */
async function attachedIn(
  say: ReturnType<typeof sayIn>,
): Promise<(attachment: Attachment) => string> {
  const marks = { name: '\ue000', type: '\ue001', size: '\ue002' };
  const sentence = await say('attachment', marks);
  const nameless = await say('attachment', { ...marks, name: '' });
  return ({ name, type, bytes }) =>
    (name === '' ? nameless : sentence)
      .replaceAll(marks.name, () => name.slice(0, 200))
      .replaceAll(marks.type, () => type)
      .replaceAll(marks.size, () => sizeText(bytes));
}

function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const kibibytes = bytes / 1024;
  return kibibytes < 1024 ? `${Math.ceil(kibibytes)} KiB` : `${Math.ceil(kibibytes / 1024)} MiB`;
}

/** Languages of which most letters take several bytes each: base64 is shorter there. */
function isDense(language: string): boolean {
  return ['ja', 'zh', 'ru'].includes(language);
}
