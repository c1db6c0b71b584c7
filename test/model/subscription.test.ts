import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  advance,
  type Event,
  type Move,
  policies,
  type Situation,
} from '../../src/model/subscription.ts';
import { chanceOf, newSeed } from '../mail/chance.ts';

const plain: Situation = {
  joining: 'confirm',
  leaving: 'confirm',
  isMember: false,
  isBanned: false,
  isOurs: false,
  pending: undefined,
};
const askJoin = { kind: 'ask', wish: 'join', proven: false } as const;
const provenJoin = { kind: 'ask', wish: 'join', proven: true } as const;
const forSubscriber = { wish: 'join', waits: 'subscriber' } as const;
const forModerator = { wish: 'join', waits: 'moderator' } as const;

type Row = readonly [what: string, situation: Partial<Situation>, event: Event, move: Move];

const rows: readonly Row[] = [
  [
    'a From field alone joins no list, open or not',
    { joining: 'open' },
    askJoin,
    { kind: 'wait', pending: forSubscriber },
  ],
  [
    'who is shown to be real joins an open list at once',
    { joining: 'open' },
    provenJoin,
    { kind: 'join' },
  ],
  ['to be shown to be real is to confirm', {}, provenJoin, { kind: 'join' }],
  [
    'a moderated list asks a moderator also then',
    { joining: 'moderate' },
    provenJoin,
    { kind: 'wait', pending: forModerator },
  ],
  ['an answer joins', { pending: forSubscriber }, { kind: 'confirm' }, { kind: 'join' }],
  [
    'an answer on a moderated list is for the moderator',
    { joining: 'confirm-then-moderate', pending: forSubscriber },
    { kind: 'confirm' },
    { kind: 'wait', pending: forModerator },
  ],
  [
    'an invitation was approved before',
    { joining: 'moderate', pending: { wish: 'invite', waits: 'subscriber' } },
    { kind: 'confirm' },
    { kind: 'join' },
  ],
  [
    'the subscriber cannot answer for the moderator',
    { pending: forModerator },
    { kind: 'confirm' },
    { kind: 'refuse', why: 'no-request' },
  ],
  [
    'nor the moderator for the subscriber',
    { pending: forSubscriber },
    { kind: 'decide', accept: true, by: 'mia' },
    { kind: 'refuse', why: 'no-request' },
  ],
  [
    'a moderator accepts',
    { pending: forModerator },
    { kind: 'decide', accept: true, by: 'mia' },
    { kind: 'join' },
  ],
  [
    'a moderator refuses',
    { pending: forModerator },
    { kind: 'decide', accept: false, by: 'mia' },
    { kind: 'close', why: 'rejected' },
  ],
  [
    'a ban outweighs an answer',
    { isBanned: true, pending: forSubscriber },
    { kind: 'confirm' },
    { kind: 'close', why: 'banned' },
  ],
  [
    'and a moderator',
    { isBanned: true, pending: forModerator },
    { kind: 'decide', accept: true, by: 'mia' },
    { kind: 'close', why: 'banned' },
  ],
  [
    'the banned cannot be invited',
    { isBanned: true },
    { kind: 'invite' },
    { kind: 'refuse', why: 'banned' },
  ],
  ['our own addresses join nothing', { isOurs: true }, askJoin, { kind: 'refuse', why: 'ours' }],
  ['a member joins no second time', { isMember: true }, askJoin, { kind: 'refuse', why: 'member' }],
  [
    'the banned may leave',
    { isMember: true, isBanned: true },
    { kind: 'ask', wish: 'leave', proven: true },
    { kind: 'leave' },
  ],
  [
    'who waits for a moderator waits',
    { pending: forModerator },
    askJoin,
    { kind: 'refuse', why: 'waits' },
  ],
  [
    'whoever asks in his place does not take an invitation away',
    { joining: 'moderate', pending: { wish: 'invite', waits: 'subscriber' } },
    askJoin,
    { kind: 'wait', pending: { wish: 'invite', waits: 'subscriber' } },
  ],
];

describe('a subscription', () => {
  for (const [what, situation, event, move] of rows) {
    test(what, () => assert.deepEqual(advance({ ...plain, ...situation }, event), move));
  }
});

/** What the policy wants to have happened since the last change of membership. */
type Seen = { owner: boolean; moderator: boolean; invited: boolean };

test('no order of events reaches what the policy forbids', (t) => {
  const seed = newSeed();
  t.diagnostic(`LISTMILL_SEED=${seed}`);
  const dice = chanceOf(seed);
  for (let run = 0; run < 3000; run += 1) {
    const [joining, leaving] = [dice.pick(policies), dice.pick(policies)];
    let now: Situation = { ...plain, joining, leaving };
    let seen: Seen = { owner: false, moderator: false, invited: false };
    const story: string[] = [];
    for (let step = 0; step < 12; step += 1) {
      if (dice.number(6) === 0) now = { ...now, isBanned: !now.isBanned };
      const event = anyEvent(dice);
      story.push(`${JSON.stringify(event)}${now.isBanned ? ' banned' : ''}`);
      const move = advance(now, event);
      if (event.kind === 'ask' && event.proven) seen.owner = true;
      if (event.kind === 'confirm' && now.pending?.waits === 'subscriber') seen.owner = true;
      if (event.kind === 'decide' && event.accept && now.pending?.waits === 'moderator') {
        seen.moderator = true;
      }
      if (move.kind === 'wait' && move.pending.wish === 'invite') seen.invited = true;
      const told = `${joining}/${leaving}: ${story.join(', ')}`;
      if (move.kind === 'join' || move.kind === 'leave') {
        mayHappen(move.kind, now, seen, told);
        now = { ...now, isMember: move.kind === 'join', pending: undefined };
        seen = { owner: false, moderator: false, invited: false };
      } else if (move.kind === 'wait') now = { ...now, pending: move.pending };
      else if (move.kind === 'close') now = { ...now, pending: undefined };
    }
  }
});

function mayHappen(wish: 'join' | 'leave', now: Situation, seen: Seen, told: string): void {
  assert.equal(now.isMember, wish === 'leave', told);
  assert.ok(seen.owner, `its owner never said so: ${told}`);
  if (wish === 'join') assert.ok(!now.isBanned, told);
  const policy = wish === 'join' ? now.joining : now.leaving;
  if (policy === 'open' || policy === 'confirm') return;
  assert.ok(seen.moderator || (wish === 'join' && seen.invited), `no moderator: ${told}`);
}

function anyEvent(dice: ReturnType<typeof chanceOf>): Event {
  const wish = dice.pick(['join', 'leave'] as const);
  const isSo = dice.number(2) === 0;
  return dice.pick<Event>([
    { kind: 'ask', wish, proven: false },
    { kind: 'ask', wish, proven: isSo },
    { kind: 'invite' },
    { kind: 'confirm' },
    { kind: 'confirm' },
    { kind: 'decide', accept: isSo, by: 'mia' },
  ]);
}
