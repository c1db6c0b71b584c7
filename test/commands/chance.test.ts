/** Strangers, owners, moderators, bans, replays and crashes in any order, over a real store. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invite } from '../../src/engine/people.ts';
import { UsageError } from '../../src/ground/errors.ts';
import { type Policy, policies } from '../../src/model/subscription.ts';
import { address } from '../literals.ts';
import { chanceOf, newSeed } from '../mail/chance.ts';
import { type Message, type Office, office, type Written } from './desk.ts';

const people = ['ann@example.net', 'bob@example.net', 'cat@example.net'] as const;
const owner = 'olga@example.com';
const steps = 120;

type Wish = 'join' | 'leave';

/** Of whom a token is, what for, whom it was sent to, and whether it has come back before. */
type Issued = {
  readonly token: string;
  readonly to: string;
  readonly about: string;
  readonly wish: Wish;
  /** Those who run the list have said yes before. */
  readonly isInvitation: boolean;
  used: boolean;
};

type World = {
  readonly here: Office;
  readonly tokens: Issued[];
  readonly members: Map<string, boolean>;
  readonly banned: Set<string>;
  readonly story: string[];
  joining: Policy;
  leaving: Policy;
};

/** What was done in one step, as far as it may make a member. */
type Deed = {
  readonly by: 'stranger' | 'owner' | 'moderator';
  /** The token that came back, where it had never done so. */
  readonly fresh: Issued | undefined;
};

test('nobody is on a list, or off it, who did not show that he wants it', async (t) => {
  const seed = newSeed();
  t.diagnostic(`LISTMILL_SEED=${seed}`);
  const dice = chanceOf(seed);
  const toml =
    '[commands]\nstrangerHour = 1000\nstrangerDay = 1000\nsourceHour = 1000\nsourceDay = 1000\n';
  await using here = await office({}, [], toml);
  await here.store.as('test').addMember(here.list, 'owner', address(owner));
  const world: World = {
    here,
    tokens: [],
    members: new Map(people.map((one) => [one, false])),
    banned: new Set(),
    story: [],
    joining: 'confirm',
    leaving: 'confirm',
  };
  for (let n = 0; n < steps; n += 1) {
    try {
      await step(world, dice);
    } catch (error) {
      throw new Error(`seed ${seed}: ${world.story.slice(-12).join('; ')}`, { cause: error });
    }
  }
  assert.ok(world.story.length >= steps);
});

async function step(world: World, dice: ReturnType<typeof chanceOf>): Promise<void> {
  const { here, story, tokens } = world;
  const who = dice.pick(people);
  const act = dice.number(11);
  here.time.now += dice.number(600_000);
  if (act === 0) return await setPolicies(world, dice);
  if (act === 1) return await toggleBan(world, who);
  if (act === 2) return await inviteOne(world, who);
  if (act <= 6 || tokens.length === 0) {
    const wish = dice.pick(['join', 'leave'] as const);
    story.push(`somebody asks that ${who} may ${wish}`);
    await deliver(world, dice, { to: `cats-${wish}@example.com`, from: who }, { about: who, wish });
    return await check(world, { by: 'stranger', fresh: undefined });
  }
  const issued = dice.pick(tokens);
  const isReject = issued.to === owner && dice.number(4) === 0;
  const isMachine = dice.number(6) === 0;
  const by = issued.to === owner ? 'moderator' : 'owner';
  story.push(`${isMachine ? 'a machine of ' : ''}${issued.to} answers ${issued.token}`);
  const message: Message = {
    ...(isReject ? { text: 'reject no' } : {}),
    ...(isMachine ? { header: ['Auto-Submitted: auto-replied'] } : {}),
  };
  const to = `cats-confirm+${issued.token}@example.com`;
  await deliver(world, dice, { to, from: issued.to, message }, issued);
  const isFresh = !issued.used && !isMachine && !isReject;
  if (!isMachine) issued.used = true;
  await check(world, { by, fresh: isFresh ? issued : undefined });
}

/** Those who run the list invite somebody; it makes nobody a member. */
async function inviteOne(world: World, who: string): Promise<void> {
  const { here, story, tokens } = world;
  story.push(`${who} is invited`);
  const { site, store } = here;
  const list = (await store.list(here.list)) ?? assert.fail('no list');
  const at = { site, store, list, who: 'cli:olga', now: here.time.now };
  await invite(at, { address: address(who), name: '' }, '').catch((error: unknown) => {
    // Members and the banned are not.
    if (!(error instanceof UsageError)) throw error;
  });
  for (const one of await here.work()) tokens.push(issue(one, { about: who, wish: 'join' }));
  await check(world, { by: 'stranger', fresh: undefined });
}

/** Once or twice, perhaps with a crash before it is settled. */
async function deliver(
  { here, tokens }: World,
  dice: ReturnType<typeof chanceOf>,
  { to, from, message = {} }: { to: string; from: string; message?: Message },
  about: Pick<Issued, 'about' | 'wish'>,
): Promise<void> {
  await here.lay(to, from, message);
  if (dice.number(4) === 0) await here.lay(to, from, message);
  if (dice.number(3) === 0) await here.crash();
  const written = await here.work();
  for (const one of written) if (one.token !== '') tokens.push(issue(one, about));
}

function issue(
  { token, to, text }: Written,
  { about, wish }: Pick<Issued, 'about' | 'wish'>,
): Issued {
  assert.equal(to.length, 1);
  const [first = ''] = to;
  assert.ok(first === about || first === owner, `${first} got the token of ${about}`);
  const isInvitation = text.includes('invite you');
  return { token, to: first, about, wish, isInvitation, used: false };
}

async function check(world: World, { by, fresh }: Deed): Promise<void> {
  const { here, members, banned, joining, leaving } = world;
  for (const who of people) {
    const was = members.get(who) ?? false;
    const is = await here.isMember(who);
    members.set(who, is);
    if (was === is) continue;
    world.story.push(`${who} ${is ? 'joined' : 'left'}`);
    assert.ok(fresh, `${who}: by ${by}, with a token that came before or none`);
    const [did, wished] = [
      [who, is],
      [fresh.about, fresh.wish === 'join'],
    ];
    assert.deepEqual(did, wished, 'a token is good for its own person and wish');
    if (is) assert.ok(!banned.has(who), `${who} is banned`);
    const policy = is ? joining : leaving;
    const wantsModerator = policy === 'moderate' || policy === 'confirm-then-moderate';
    if (wantsModerator && !fresh.isInvitation) assert.equal(by, 'moderator');
  }
}

async function setPolicies(world: World, dice: ReturnType<typeof chanceOf>): Promise<void> {
  world.joining = dice.pick(policies);
  world.leaving = dice.pick(policies);
  world.story.push(`policies ${world.joining}, ${world.leaving}`);
  await world.here.store.as('test').changeSettings(world.here.list, [
    { name: 'joinPolicy', value: world.joining },
    { name: 'leavePolicy', value: world.leaving },
  ]);
}

async function toggleBan({ here, banned, story }: World, who: string): Promise<void> {
  const admin = here.store.as('test');
  if (banned.delete(who)) await admin.unban(here.list, who);
  else {
    banned.add(who);
    await admin.ban(here.list, who, 'test');
  }
  story.push(`${who} is ${banned.has(who) ? 'banned' : 'free'}`);
}
