import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address } from '../literals.ts';
import { office, type Written } from './desk.ts';

const ann = 'ann@example.net';
const request = 'cats-request@example.com';
const confirmOf = (written: Written | undefined) =>
  `cats-confirm+${written?.token ?? 'none'}@example.com`;

test('another address of the same person sets options, and leaves, when it is shown to be real', async () => {
  await using here = await office({}, [ann]);
  const admin = here.store.as('test');
  const work = address('ann@work.example');
  const { number } = await admin.addUser(address(ann), 'Ann');
  await admin.addUserAddress(number, work);
  // Anybody could claim an address: nothing happens until mail has reached him there.
  const refused = await here.send('cats-leave@example.com', work);
  assert.deepEqual(
    refused.map(({ subject, token }) => [subject.includes('leave'), token]),
    refused.map(() => [false, '']),
  );
  await admin.changeUser(number, { verified: work });
  here.time.now += 86_400_001;
  const [asked] = await here.send(request, work, { text: 'set ack on' });
  assert.deepEqual(asked?.to, [work]);
  const [reply] = await here.send(confirmOf(asked), work);
  assert.match(reply?.text ?? '', /ack is on now/);
  assert.equal((await here.store.people.preferences(here.list, ann as never))?.acknowledge, true);
  here.time.now += 86_400_001;
  const [leaving] = await here.send('cats-leave@example.com', work);
  assert.deepEqual(leaving?.to, [work]);
  assert.equal(await here.isMember(ann), true);
  await here.send(confirmOf(leaving), work);
  assert.equal(await here.isMember(ann), false);
});

test('whoever returns a token, for orders or to leave, has shown that mail reaches him', async () => {
  for (const [to, text] of [
    [request, 'set ack on'],
    ['cats-leave@example.com', ''],
  ] as const) {
    await using here = await office({}, [ann]);
    await here.store.as('test').addUser(address(ann), 'Ann');
    const isShown = async () => {
      const user = await here.store.userOf(address(ann));
      return user?.addresses.some(({ verified }) => verified !== null);
    };
    const [asked] = await here.send(to, ann, { text });
    assert.equal(await isShown(), false);
    await here.send(confirmOf(asked), ann);
    assert.equal(await isShown(), true, to);
  }
});
