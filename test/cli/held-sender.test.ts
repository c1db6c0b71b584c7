import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressKey } from '../../src/mail/address.ts';
import { parkedIn } from '../../src/spool/places.ts';
import { messageBy, putEntry } from '../engine/entries.ts';
import { workAt } from '../engine/stopped.ts';
import { address } from '../literals.ts';
import { makeList, makeSite } from '../site.ts';
import { say } from './said.ts';

test('a member is accepted as one with a decision, and what was said of him or a stranger cleared', async () => {
  await using made = await makeSite();
  const ann = 'ann@x.example';
  const eve = 'eve@else.example';
  const settings = { memberAction: 'hold', heldNotices: false };
  const list = await makeList(made, 'cats@example.com', [ann], settings);
  const site = made.open();
  const store = await site.store();
  const actionOf = async (role: 'member' | 'nonmember', who: string) =>
    (await store.member(list, role, addressKey(address(who))))?.action;
  const isHeld = async (sender: string) => {
    const now = Date.now();
    await putEntry(site.spool.paths.root, { message: messageBy(sender), sender, now });
    await workAt(site, now, ['incoming']);
    return [...parkedIn(site.spool, 'held')].length === 1;
  };
  const accept = async (deed: string) => {
    const { code, err } = await say(made, 'held', 'accept', '--all', '--sender', deed);
    assert.equal(code, 0, err);
    await workAt(site, Date.now(), ['incoming']);
  };
  assert.equal(await isHeld(ann), true);
  await accept('accept');
  assert.equal(await actionOf('member', ann), 'accept');
  assert.equal(await actionOf('nonmember', ann), undefined, 'he is no stranger by it');
  assert.equal(await isHeld(ann), false, 'his next posting is not held');
  assert.equal(await isHeld(eve), true);
  await accept('clear');
  assert.equal(await actionOf('nonmember', eve), undefined, 'nothing was said of her');
  assert.equal(await isHeld(eve), true);
  await accept('accept');
  assert.equal(await actionOf('nonmember', eve), 'accept');
  await store.as('test').changeSettings(list, [{ name: 'emergency', value: true }]);
  for (const [role, who] of [
    ['member', ann],
    ['nonmember', eve],
  ] as const) {
    assert.equal(await isHeld(who), true);
    await accept('clear');
    assert.equal(await actionOf(role, who), 'default');
  }
  await site.close();
});
