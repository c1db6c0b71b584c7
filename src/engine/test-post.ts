/** What would become of a posting: judged and prepared as ever, and then forgotten. */
import { stat } from 'node:fs/promises';
import { authorOf } from '../mail/author.ts';
import { isBroken, readMessage } from '../mail/message.ts';
import type { ListView } from '../model/list.ts';
import type { RuleAction, Verdict } from '../model/posting.ts';
import { domainPolicies } from './domain-policies.ts';
import { draftPosting } from './drafting.ts';
import { judgeOffer } from './judging.ts';
import { inEnglish, worded } from './plain.ts';
import type { ViewDesk } from './posting-view.ts';
import type { Site } from './site.ts';
import { siteWords } from './templates.ts';
import { isUrgent } from './urgent.ts';
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
const root = 'test';

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
  const { draft, topics } = await draftPosting(desk, list, message, postings + 1, words);
  const urgent = isUrgent(list, message.headers);
  let recipients = 0;
  const upTo = await store.lastMember(list.id);
  for (let after = 0, done = false; !done; ) {
    const { author, addressed } = draft;
    const order = { after, upTo, limit: 10_000, author, addressed, topics, urgent };
    const slice = await store.roster(list.id, order);
    recipients += slice.recipients.length;
    ({ cursor: after, done } = slice);
  }
  const isShown = verdict.kind === 'accept' && size <= maxShownBytes;
  const text = isShown ? await whole(draftBytes(draft)) : undefined;
  const reasons = worded(verdict.reasons, list);
  const judged = { kind: verdict.kind, reasons };
  return { kind: 'tested', answers, verdict: judged, recipients, message: text };
}

async function whole(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}
