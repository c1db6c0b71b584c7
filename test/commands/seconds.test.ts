/** A second word about a held posting comes from a second person, however he is called. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { userName } from '../../src/ground/environment.ts';
import { parkedIn } from '../../src/spool/places.ts';
import { call } from '../cli/called.ts';
import { address } from '../literals.ts';
import { type Office, office } from './desk.ts';

const mia = 'mia@example.org';
const home = 'mia@home.example';
const olga = 'olga@example.org';

async function seconded(moderators: readonly string[], owners: readonly string[]): Promise<Office> {
  const here = await office({ twoModerators: true, nonmemberAction: 'hold', heldNotices: false });
  const admin = here.store.as('test');
  for (const one of moderators) await admin.addMember(here.list, 'moderator', address(one));
  for (const one of owners) await admin.addMember(here.list, 'owner', address(one));
  return here;
}

const waits = (here: Office) => [...parkedIn(here.site.spool, 'held')].length;
const accept = { text: 'accept' };

test('two addresses of one user are one person, and owners are asked where there is one', async () => {
  await using here = await seconded([mia, home], [olga]);
  const admin = here.store.as('test');
  const { number } = await admin.addUser(address(mia), 'Mia');
  await admin.addUserAddress(number, address(home));
  const told = await here.send('cats@example.com', 'sam@else.example');
  assert.deepEqual(told.flatMap(({ to }) => to).sort(), [mia, home, olga].sort());
  const noticeOf = (who: string) => told.find(({ to }) => to[0] === who)?.replyTo ?? '';
  const asked = await here.send(noticeOf(mia), mia, accept);
  const [second, ...more] = asked.filter(({ subject }) => /second person/.test(subject));
  assert.deepEqual([second?.to, more.length], [[olga], 0]);
  await here.send(noticeOf(home), home, accept);
  assert.equal(waits(here), 1);
  await here.send(second?.replyTo ?? '', olga, accept);
  assert.equal(waits(here), 0);
});

test('who sits at the machine is the one whose address has the same name, and others are asked', async () => {
  const me = `${userName()}@example.org`;
  await using here = await seconded([me], [olga]);
  const admin = here.store.as('test');
  await admin.changeSettings(here.list, [{ name: 'moderatorNotices', value: 'never' }]);
  const site = here.root;
  assert.deepEqual(await here.send('cats@example.com', 'sam@else.example'), []);
  const [entry] = [...parkedIn(here.site.spool, 'held')];
  const { out } = await call(`held accept ${entry?.id}`, { site });
  assert.match(out, /when a second person accepts it/);
  const [asked, ...rest] = await here.work();
  assert.deepEqual([asked?.to, rest.length], [[olga], 0]);
  await call(`held accept ${entry?.id}`, { site });
  assert.deepEqual(await here.work(), [], 'asked once');
  assert.equal(waits(here), 1);
  const { held } = here.store;
  assert.equal(await held.isOnePerson(`cli:${userName()}`, me.toUpperCase()), true);
  assert.equal(await held.isOnePerson(`cli:${userName()}`, olga), false);
  // She was told of nothing before: the token came with the question.
  await here.send(asked?.replyTo ?? '', olga, accept);
  assert.equal(waits(here), 0);
});
