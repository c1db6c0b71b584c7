/** Prepares an accepted posting for its readers, and for the archive. */
import { postingHandlers } from '../handlers/index.ts';
import type { Address } from '../mail/address.ts';
import { approvedLine, passwordFields } from '../mail/approved.ts';
import { authorOf } from '../mail/author.ts';
import { decorate } from '../mail/decorate.ts';
import { filterParts } from '../mail/filter.ts';
import { planFilter } from '../mail/filter-plan.ts';
import { firstLines, type Message } from '../mail/message.ts';
import { readRange } from '../mail/range.ts';
import { stripApproved } from '../mail/strip-approved.ts';
import type { BodyTransform } from '../mail/types.ts';
import { passesContainer, passesContent } from '../model/content-filter.ts';
import { dmarcMeasure, needsDmarc } from '../model/dmarc.ts';
import type { Draft, Occasion, Protection } from '../model/draft.ts';
import type { ListView } from '../model/list.ts';
import type { Phrase } from '../model/phrases.ts';
import type { TopicHits } from '../model/topics.ts';
import type { AuthorAlias } from './author-alias.ts';
import { filledForAll, personalOccasion, withOwnHoles } from './personal.ts';
import { prepare } from './pipeline.ts';
import { asciiDomain, memberOf, type ViewDesk } from './posting-view.ts';
import type { Words } from './templates.ts';
import { topicsOf } from './topics.ts';

export type Drafted = {
  /** For the members. */
  readonly draft: Draft;
  /** As it came, but for the passwords of moderators; undefined: exactly as it came. */
  readonly plain: Draft | undefined;
  /** For digests: without what the list removes, under the author's own name; as `plain`. */
  readonly collected: Draft | undefined;
  /** What it is about, on a list that has topics. */
  readonly topics: TopicHits | undefined;
  /** What stands for its author in From, where something does. */
  readonly alias: AuthorAlias | undefined;
};

/** What a posting gets of the site's key. */
export type Marks = {
  readonly muteAddress?: Address | undefined;
  /** Of holes; without one, copies are all the same. */
  readonly mark?: string | undefined;
  /** Makes the address that stands for an author. */
  readonly alias?: ((author: Address) => AuthorAlias | undefined) | undefined;
};

/** The drafts of one posting; nothing is written or sent here. */
export async function draftPosting(
  desk: ViewDesk,
  list: ListView,
  message: Message,
  number: number,
  words: Words,
  { muteAddress, mark, alias }: Marks = {},
): Promise<Drafted> {
  const say = (line: Phrase) => words(line, list);
  const strip = await strips(message);
  const start: Draft = {
    headers: message.headers.remove(...passwordFields),
    body: message.body,
    transforms: strip,
    author: undefined,
    addressed: [],
  };
  const isPlain = strip.length === 0 && start.headers.size === message.headers.size;
  const filtered = { ...start, transforms: [...strip, ...(await filters(list, message, say))] };
  const topics = await topicsOf(list, message);
  const protection = await protectionFor(desk, list, message);
  const author = authorOf(message.headers);
  const standsFor = protection === 'alias' && author ? alias?.(author) : undefined;
  const personal = mark === undefined ? undefined : personalOccasion(list, mark, desk.config);
  const ready = await withOwnHoles(filtered, personal, list.settings);
  const draft = prepare(postingHandlers, ready, {
    list,
    number,
    personal,
    fill: (text) => filledForAll(text, list),
    now: desk.now,
    say,
    protection,
    authorAlias: standsFor?.address,
    muteAddress,
    topics,
  });
  const isWhole = filtered.transforms.length === strip.length;
  const plain = isPlain ? undefined : start;
  return { draft, plain, collected: isWhole ? plain : filtered, topics, alias: standsFor };
}

/** Lines that are looked at for a password. */
const topLines = 60;

/** Such a line, or an encoding that may hide one; without either, nothing needs to be read. */
const hint = /approve|quoted-printable|base64/i;
const hintBytes = 16_384;

async function strips(message: Message): Promise<BodyTransform[]> {
  if (message.body.end - message.body.start <= hintBytes) {
    const encoding = message.headers.get('content-transfer-encoding') ?? '';
    const text = readRange(message.body).toString('latin1');
    if (!hint.test(encoding) && !hint.test(text)) return [];
  }
  const lines = await firstLines(message, topLines);
  return approvedLine(lines) === undefined ? [] : [stripApproved()];
}

async function filters(
  { settings }: ListView,
  message: Message,
  say: Occasion['say'],
): Promise<BodyTransform[]> {
  if (!settings.filterContent) return [];
  const plan = await planFilter(message, {
    passesContent: (part) => passesContent(part, settings),
    passesContainer: (type) => passesContainer(type, settings),
    collapse: settings.collapseAlternatives,
    htmlToText: settings.htmlToText,
  });
  // Whether anything is left was asked by a rule; a moderator may have let it pass all the same.
  if (plan === undefined || plan.treatments.get(0) === 'remove') return [];
  const filter = filterParts(plan, 'Listmill');
  if (plan.removed.length === 0) return [filter];
  const note = say({ phrase: 'mark-removed', values: { parts: plan.removed.join(', ') } });
  return [filter, decorate({ header: '', footer: note })];
}

/** What must be done about From, by the DMARC policy of the author's domain. */
async function protectionFor(
  desk: ViewDesk,
  list: ListView,
  { headers }: Message,
): Promise<Protection | undefined> {
  const { dmarcAction } = list.settings;
  const author = authorOf(headers);
  const isMarked = dmarcAction === 'munge' || dmarcAction === 'alias' || dmarcAction === 'wrap';
  if (!isMarked || author === undefined) return undefined;
  const finding = needsDmarc(list) ? await desk.dmarc(asciiDomain(author)) : undefined;
  const named = await memberOf(desk, list, [author]);
  const why = dmarcMeasure(list, author, finding, (name) => named.has(name));
  return why === undefined ? undefined : dmarcAction;
}
