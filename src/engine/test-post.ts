/** What would become of a posting: judged and prepared as ever, and then forgotten. */
import { stat } from 'node:fs/promises';
import { authorOf } from '../mail/author.ts';
import { isBroken, type Message, readMessage } from '../mail/message.ts';
import { entryId } from '../model/ids.ts';
import type { ListView } from '../model/list.ts';
import type { RuleAction, Verdict } from '../model/posting.ts';
import { findDestination } from './desk.ts';
import { domainPolicies } from './domain-policies.ts';
import { type Drafted, draftPosting } from './drafting.ts';
import { judgeOffer } from './judging.ts';
import { inEnglish, worded } from './plain.ts';
import type { ViewDesk } from './posting-view.ts';
import { audienceOf, nextMembers } from './readers.ts';
import type { Site } from './site.ts';
import { siteWords } from './templates.ts';
import { threadTagOf } from './threads.ts';
import { draftBytes } from './write.ts';

/** What one rule said, in words. */
export type Answer = {
  readonly rule: string;
  readonly meaning: string;
  readonly hit?: { readonly text: string; readonly action?: RuleAction; readonly until?: number };
};

export type TestedPosting =
  | { readonly kind: 'broken'; readonly reason: string }
  | {
      readonly kind: 'tested';
      readonly answers: readonly Answer[];
      readonly verdict: {
        readonly kind: Verdict['kind'];
        readonly reasons: readonly { readonly rule: string; readonly text: string }[];
      };
      /** Who would get it. */
      readonly recipients: number;
      /** What would go out; nothing where it would not be accepted, or is longer than is shown. */
      readonly message: Buffer | undefined;
    };

export type TestOrder = {
  readonly list: ListView;
  readonly path: string;
  /** Null is `<>`; undefined: as in From. */
  readonly sender: string | null | undefined;
  readonly now: number;
};

/** Longer messages are not shown. */
const maxShownBytes = 10_485_760;
/** No posting has this id: everything that came before is its past. */
const root = entryId('test');
/** Readers who are counted at once. */
const pageSize = 10_000;

/** Judges a message and prepares it; nothing is sent and nothing is kept. */
export async function testPosting(site: Site, order: TestOrder): Promise<TestedPosting> {
  const { list, path, now } = order;
  const { config } = site;
  const { size } = await stat(path);
  const message = await readMessage(path, { maxHeaderBytes: config.limits.headerBytes });
  if (isBroken(message)) return message;
  const store = await site.store();
  const nowhere = {
    knownFinding: (domain: string) => store.rules.knownFinding(domain, now),
    keepFinding: async () => undefined,
  };
  const policies = domainPolicies(config, nowhere);
  const desk: ViewDesk = { now, config, books: store, dmarc: (domain) => policies(domain, now) };
  const answers: Answer[] = [];
  const sender = order.sender === undefined ? (authorOf(message.headers) ?? null) : order.sender;
  const offer = { list, to: undefined, message, size, sender, root };
  const { verdict } = await judgeOffer(desk, offer, ({ hit, ...asked }) => {
    if (!hit) return answers.push(asked);
    const { why, ...more } = hit;
    return answers.push({ ...asked, hit: { text: inEnglish(why, list), ...more } });
  });
  const { postings } = await store.listFacts(list.id);
  const words = siteWords(site.paths.templates, site.log);
  const drafted = await draftPosting(desk, list, message, postings + 1, words);
  const recipients = await countReaders(site, { ...order, message, drafted });
  const isShown = verdict.kind === 'accept' && size <= maxShownBytes;
  const text = isShown ? await whole(draftBytes(drafted.draft)) : undefined;
  const reasons = worded(verdict.reasons, list);
  const judged = { kind: verdict.kind, reasons };
  return { kind: 'tested', answers, verdict: judged, recipients, message: text };
}

type Counted = Pick<TestOrder, 'list' | 'now'> & {
  readonly message: Message;
  readonly drafted: Drafted;
};

/** How many copies would go out. */
async function countReaders(site: Site, { list, now, message, drafted }: Counted): Promise<number> {
  const store = await site.store();
  const { separator } = site.config.site;
  const desk = {
    books: store,
    config: site.config,
    secret: site.secret(),
    destination: (recipient: string) => findDestination(store, recipient, separator),
  };
  const meta = { id: root, received: now };
  const thread = threadTagOf(desk.secret, list, message.headers);
  let rest = await audienceOf(desk, meta, list, message, { ...drafted, thread }, 0);
  let count = 0;
  for (let after = 0, done = false; !done; ) {
    const slice = await nextMembers(store, list.id, rest, after, pageSize);
    count += slice.recipients.length;
    ({ cursor: after, done, rest } = slice);
  }
  return count;
}

async function whole(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}
