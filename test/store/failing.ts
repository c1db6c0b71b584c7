/** Failures for tests, booked as a runner books them. */
import assert from 'node:assert/strict';
import { addressKey } from '../../src/mail/address.ts';
import type { BounceEvent } from '../../src/model/bounce-report.ts';
import type { Failure } from '../../src/model/failure.ts';
import type { ListId } from '../../src/model/ids.ts';
import type { Settings } from '../../src/model/settings.ts';
import { address } from '../literals.ts';
import { listWith, type OpenedStore } from './opened.ts';

export const dayMs = 86_400_000;
export const noon = Date.UTC(2026, 10, 24, 12);

let steps = 0;

/** A dead address, proven by its return path. */
export function failureOf(who: string, more: Partial<Failure> = {}): Failure {
  steps += 1;
  return {
    via: 'report',
    proof: 'recipient',
    addresses: [who],
    mailing: `m${steps}`,
    report: `r${steps}`,
    cause: 'dead',
    status: '5.1.1',
    diagnostic: '550 5.1.1 no such user',
    detector: 'dsn',
    audience: 1000,
    peers: 1,
    ...more,
  };
}

/** Books failures, each by a step of its own, in one transaction. */
export async function book(
  { store, time }: OpenedStore,
  list: ListId,
  ...failures: readonly Failure[]
): Promise<void> {
  const slips = failures.map((failure) => {
    steps += 1;
    return {
      cause: `e${steps}.0`,
      changes: [{ kind: 'bounced', list, failures: [failure] } as const],
      fate: 'finish',
    };
  });
  for (const applied of await store.apply(slips, time.now)) assert.equal(applied.kind, 'applied');
}

/** A list at noon, with settings. */
export async function bouncing(
  at: OpenedStore,
  members: readonly string[],
  settings: Partial<Settings> = {},
): Promise<ListId> {
  at.time.now = noon;
  const id = await listWith(at, 'cats', members);
  const wishes = Object.entries(settings).map(([name, value]) => ({ name, value }));
  await at.store.as('test').changeSettings(id, wishes as never);
  return id;
}

/** `score status`, and the effects of the events, the oldest first. */
export async function standing(
  { store }: OpenedStore,
  list: ListId,
  who: string,
): Promise<{ score: number; status: string; effects: string[]; events: BounceEvent[] }> {
  const [row] = await store.bounces.at(addressKey(address(who)), list);
  const member = await store.member(list, 'member', addressKey(address(who)));
  const events = row ? [...store.bounces.events(row.member)].reverse() : [];
  const effects = events.map(({ effect }) => effect);
  return { score: row?.score ?? 0, status: member?.status ?? 'gone', effects, events };
}
