/** What is kept, and told, of decisions about requests to join or leave. */
import type { SubscriptionChange } from './change-subscription.ts';
import type { CommandView } from './command.ts';
import { byExpiry } from './held.ts';
import type { ListView } from './list.ts';
import type { Phrase } from './phrases.ts';
import { approvedBy, type Request } from './request.ts';
import type { Event } from './subscription.ts';

/** Kept for those who decide later. */
export function decidedNow(
  { id: list }: Pick<ListView, 'id'>,
  event: Event,
  request: Request | undefined,
): readonly SubscriptionChange[] {
  if (event.kind !== 'decide' || !request) return [];
  const decision = event.accept ? 'accept' : 'reject';
  return [{ kind: 'request-decided', list, request, decision, by: event.by }];
}

/** What was decided before about the request of a token, for whoever has that. */
export async function decidedBefore(
  { list, books }: Pick<CommandView, 'list' | 'books'>,
  tokenHash: string,
): Promise<Phrase | undefined> {
  const found = await books.people.requestDecided(tokenHash);
  if (found?.list !== list.id) return undefined;
  const { address, wish, decision, at } = found;
  const by = found.by === byExpiry ? '' : found.by;
  return { phrase: 'request-decided-before', values: { address, wish, decision, by, at } };
}

/** What a consent says of how it was given. */
export function approval(by: string): string {
  return by === byExpiry ? 'accepted because nobody decided in time' : `${approvedBy}${by}`;
}
