/** Tells those who decide what waits for them on a list: summaries of the day, and reminders. */
import { composeLetter } from '../composers/letter.ts';
import { speak } from '../composers/speaking.ts';
import { type Address, addressKey } from '../mail/address.ts';
import { compose } from '../mail/compose.ts';
import { tokenHash } from '../mail/token.ts';
import type { Change } from '../model/change.ts';
import { decidersOf } from '../model/deciders.ts';
import { causeOf, type EntryMeta } from '../model/entry.ts';
import type { HeldKey, HeldPosting } from '../model/held.ts';
import { heldDue, isWidened } from '../model/held-due.ts';
import type { EntryId } from '../model/ids.ts';
import type { ListView } from '../model/list.ts';
import { finish, type Letter, letter, type Outcome } from '../model/outcome.ts';
import type { Desk } from './desk.ts';
import { heldAddress, heldKey } from './held-keys.ts';
import { languageOf } from './held-letters.ts';
import { type DueRequest, requestItems, requestsShown, requestsToShow } from './request-round.ts';
import type { Texts } from './templates.ts';

const dayMs = 86_400_000;
/** Postings in one letter; the rest is counted. */
const maxShown = 50;
/** How long a decision is remembered, to be told to those who come later. */
const memoryMs = 60 * dayMs;

type RoundDesk = Pick<Desk, 'books' | 'config' | 'now' | 'secret'>;

/** The step: nothing is due twice, so a second round at the same moment sees that and ends. */
export async function heldRound(
  meta: EntryMeta,
  desk: RoundDesk,
  list: ListView,
  texts: Texts,
): Promise<Outcome<'virgin'>> {
  const waiting = await desk.books.held.waiting(list.id);
  const { fresh, late } = heldDue(waiting, list.settings, desk.now);
  const due = [...fresh, ...late].slice(0, maxShown);
  const { people } = desk.books;
  const requests = requestsToShow(await people.undecidedOn(list.id), list.settings, desk.now);
  if (due.length + requests.length === 0) return { fate: finish };
  const lateRequests = requests.filter(({ isLate }) => isLate);
  const keys: (HeldKey & { readonly entry: EntryId })[] = [];
  const puts: Letter<'virgin'>[] = [];
  const moderators = new Set((await decidersOf(desk.books.held, list)).map(addressKey));
  const isWider = due.some(isWidened) || lateRequests.length > 0;
  for (const who of await decidersOf(desk.books.held, list, isWider)) {
    const widened = !moderators.has(addressKey(who));
    const shown = widened ? due.filter(isWidened) : due;
    const asked = widened ? lateRequests : requests;
    if (shown.length + asked.length === 0) continue;
    const own = shown.map((one) => ({ ...heldKey(desk, list, one.id, who), entry: one.id }));
    keys.push(...own.map((key) => ({ ...key, token: tokenHash(key.token) })));
    const others = widened ? 0 : waiting.length - shown.length;
    const reminder = late.length + lateRequests.length > 0;
    const parts = { list, who, shown, own, asked, others, reminder, widened };
    puts.push(await summaryLetter(meta, desk, parts, texts, puts.length));
  }
  const lateOnes = new Set(late.map(({ id }) => id));
  const change: Change = {
    kind: 'shown',
    list: list.id,
    entries: due.map(({ id, toldAt }) => ({ id, toldAt, reminder: lateOnes.has(id) })),
    keys,
    forget: desk.now - memoryMs,
  };
  return { changes: [change, ...requestsShown(list, requests)], puts, fate: finish };
}

type Summary = {
  readonly list: ListView;
  readonly who: Address;
  readonly shown: readonly HeldPosting[];
  readonly own: readonly HeldKey[];
  readonly asked: readonly DueRequest[];
  /** Postings that wait and are not in the letter. */
  readonly others: number;
  readonly reminder: boolean;
  readonly widened: boolean;
};

async function summaryLetter(
  meta: EntryMeta,
  desk: RoundDesk,
  { list, who, shown, own, asked, others, reminder, widened }: Summary,
  texts: Texts,
  n: number,
): Promise<Letter<'virgin'>> {
  const language = await languageOf(desk, list, who);
  const items = await Promise.all(
    shown.map(async (one, at) => ({
      id: one.id,
      author: one.author,
      subject: one.subject,
      days: Math.floor((desk.now - one.since) / dayMs),
      reasons: (await speak(one.reasons, texts, language, list)).join(' '),
      address: heldAddress(desk, list, 'held', own[at]?.token ?? ''),
    })),
  );
  const requests = requestItems(desk, list, asked);
  const count = items.length + requests.length + others;
  const values = { count, others, items, requests, reminder, widened };
  const rendered = await texts('moderation-summary', language, list, values);
  const cause = `${causeOf(meta)}/summary${n}`;
  const composition = composeLetter({ list, to: who, rendered, cause, now: desk.now });
  return letter(
    'virgin',
    meta,
    { kind: 'notice', to: [who], returnPath: null },
    {
      key: `s${n}`,
      list: list.id,
      sender: null,
      message: { kind: 'text', bytes: await compose(composition) },
    },
  );
}
