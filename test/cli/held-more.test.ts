import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { addressKey, parseAddress } from '../../src/mail/address.ts';
import { readPlace } from '../../src/spool/parked.ts';
import { parkedIn, waitingIn } from '../../src/spool/places.ts';
import { messageBy, putEntry } from '../engine/entries.ts';
import { workAt } from '../engine/stopped.ts';
import { address } from '../literals.ts';
import { makeList, makeSite } from '../site.ts';
import { judge, stranger } from './judged.ts';
import { say } from './said.ts';

const quiet = { heldNotices: false };

describe('what else is done with held mail', () => {
  test('with a decision its sender is accepted, banned, or what was said of him cleared', async () => {
    await using site = await makeSite();
    const list = await makeList(site, 'cats@example.com', 1, quiet);
    await judge(site, stranger);
    const author = parseAddress('stranger@else.example');
    assert(author);
    const opened = site.open();
    const store = await opened.store();
    const action = async () => (await store.member(list, 'nonmember', addressKey(author)))?.action;
    await say(site, 'held', 'discard', '--all', '--sender', 'accept');
    assert.equal(await action(), 'accept');
    const spool = await judge(site, stranger);
    assert.equal([...waitingIn(spool, 'pipeline')].length, 1, 'his next posting is not held');
    await makeList(site, 'dogs@example.com', 1, quiet);
    await judge(site, { ...stranger, recipient: 'dogs@example.com' });
    await say(site, 'held', 'discard', '--all', '--sender', 'ban');
    const dogs = (await store.listAt('dogs', 'example.com'))?.id;
    const { out } = await say(site, 'ban', 'ls');
    assert.match(out, /stranger@else\.example/);
    assert.doesNotMatch(out, /hand-/, 'it names who decided, not how');
    assert(dogs);
    await opened.close();
  });

  test('a copy is kept, and one goes to somebody while the posting goes on waiting', async () => {
    await using site = await makeSite();
    await makeList(site, 'cats@example.com', 1, quiet);
    const spool = await judge(site, stranger);
    const [held] = parkedIn(spool, 'held');
    const id = held?.id ?? '';
    const { code, err } = await say(site, 'held', 'forward', id, 'vet@x.example');
    assert.equal(code, 0, err);
    const [copy] = waitingIn(spool, 'virgin');
    const read = readPlace({ folder: copy?.folder ?? '', id: copy?.id ?? '' });
    assert.ok(read.kind === 'entry' && read.meta.work.kind === 'notice');
    assert.deepEqual(read.meta.work.to, ['vet@x.example']);
    const text = readFileSync(read.message, 'utf8');
    assert.match(text, /^Resent-From: cats-owner@example\.com\r\nResent-To: vet@x\.example\r\n/);
    assert.match(text, /The cat is hungry\./);
    assert.equal([...parkedIn(spool, 'held')].length, 1);
    await say(site, 'held', 'discard', id, '--keep', 'kept');
    assert.deepEqual(readdirSync(join(site.root, 'kept')), [`${id}.eml`]);
    await judge(site);
    assert.equal([...parkedIn(spool, 'held')].length, 0);
  });

  test('what is deferred waits; one person who accepts twice is one', async () => {
    await using site = await makeSite();
    await makeList(site, 'cats@example.com', 1, { ...quiet, twoModerators: true });
    const spool = await judge(site, stranger);
    assert.match((await say(site, 'held', 'defer', '--all', '--days', '3')).out, /3 days more/);
    assert.equal((await say(site, 'held', 'defer', '--all', '--days', 'x')).code, 64);
    const { out } = await say(site, 'held', 'accept', '--all');
    assert.match(out, /is released when a second person accepts it, too/);
    await say(site, 'held', 'accept', '--all');
    await judge(site);
    assert.equal([...parkedIn(spool, 'held')].length, 1, 'the same person twice is one');
    await say(site, 'held', 'reject', '--all');
    await judge(site);
    assert.equal([...parkedIn(spool, 'held')].length, 0, 'one is enough to reject it');
  });
});

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
