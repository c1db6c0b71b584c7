import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { threadTagOf } from '../../src/engine/threads.ts';
import { addressKey } from '../../src/mail/address.ts';
import { parseHeaders } from '../../src/mail/headers.ts';
import { keptText } from '../../src/model/settings.ts';
import { address } from '../literals.ts';
import { author, digesting } from './digesting.ts';

const bob = 'bob@x.example';
const cid = 'cid@x.example';

function subjectsTo(on: Awaited<ReturnType<typeof digesting>>, one: string): string[] {
  return on
    .copies()
    .filter(({ to }) => to.includes(one))
    .map(({ text }) => /^Subject: (.*)$/m.exec(text)?.[1]?.trim() ?? '')
    .sort();
}

/** Bob wants no more of the thread that the posting of that number began. */
async function mute(on: Awaited<ReturnType<typeof digesting>>, n: number): Promise<void> {
  const store = await on.site.store();
  const list = await store.list(on.list);
  assert(list);
  const headers = parseHeaders(Buffer.from(`Message-ID: <${n}@x.example>\r\n`));
  const thread = threadTagOf(on.site.secret(), list, headers) ?? '';
  const muted = { kind: 'muted', list: on.list, key: addressKey(address(bob)), thread } as const;
  await store.apply([{ cause: `m${n}`, changes: [{ ...muted, on: true }], fate: '' }], on.now);
}

describe('a digest', () => {
  test('goes out when it is full, with all that was posted since the last one', async () => {
    await using on = await digesting({ digestPostings: 2 });
    await on.add(bob, 'mime');
    await on.post('one');
    assert.deepEqual(on.got(bob), []);
    await on.post('two');
    assert.deepEqual(on.got(bob), ['one', 'two']);
    await on.post('three');
    await on.post('four');
    assert.deepEqual(on.got(bob), ['four', 'one', 'three', 'two']);
    assert.deepEqual(subjectsTo(on, bob), [
      'cats Digest, Vol 1, Issue 1',
      'cats Digest, Vol 1, Issue 2',
    ]);
  });

  test('goes out by its size, and 0 is no size', async () => {
    await using on = await digesting({ digestBytes: 2000 });
    await on.add(bob, 'plain');
    await on.post('one', { body: `About one.\n${'x'.repeat(1200)}` });
    assert.deepEqual(on.got(bob), []);
    await on.post('two', { body: `About two.\n${'x'.repeat(1200)}` });
    assert.deepEqual(on.got(bob), ['one', 'two']);
  });

  test('is written once for all who get the same', async () => {
    await using on = await digesting();
    for (const one of [bob, cid, 'eve@x.example']) await on.add(one, 'mime');
    await on.post('one');
    await on.turn();
    const [digest, ...others] = on.copies().filter(({ to }) => !to.includes(author));
    assert.deepEqual(digest?.to, [bob, cid, 'eve@x.example']);
    assert.deepEqual(others, []);
  });

  test('uses up no number where nobody reads it', async () => {
    await using on = await digesting();
    await on.add(bob, 'mime');
    await on.post('one');
    await on.change(bob, { mode: 'regular' });
    await on.turn();
    await on.post('two');
    await on.turn();
    await on.change(bob, { mode: 'mime' });
    await on.post('three');
    await on.turn();
    assert.deepEqual(subjectsTo(on, bob), [
      'cats Digest, Vol 1, Issue 1',
      'cats Digest, Vol 1, Issue 2',
      'two',
    ]);
    assert.deepEqual(on.got(bob), ['one', 'three', 'two']);
  });

  test('begins a volume anew when its period is over', async () => {
    await using on = await digesting({ digestVolume: 'monthly' });
    await on.add(bob, 'mime');
    for (const name of ['one', 'two']) {
      await on.post(name);
      await on.turn();
    }
    on.now += 10 * 86_400_000;
    await on.post('three');
    await on.turn();
    assert.deepEqual(subjectsTo(on, bob), [
      'cats Digest, Vol 1, Issue 1',
      'cats Digest, Vol 1, Issue 2',
      'cats Digest, Vol 2, Issue 1',
    ]);
  });

  test('leaves out what its reader has muted, and comes not at all when that is all', async () => {
    await using on = await digesting();
    await on.add(bob, 'mime');
    await on.add(cid, 'mime');
    await mute(on, 1);
    await on.post('one');
    await on.post('two');
    await on.turn();
    assert.deepEqual([on.got(bob), on.got(cid)], [['two'], ['one', 'two']]);
    await mute(on, 3);
    await on.post('three');
    await on.turn();
    assert.deepEqual([on.got(bob), on.got(cid)], [['two'], ['one', 'three', 'two']]);
  });

  test('holds for a new member what came since he joined', async () => {
    await using on = await digesting();
    await on.add(bob, 'mime');
    await on.post('one');
    await on.add(cid, 'mime');
    await on.post('two');
    await on.turn();
    assert.deepEqual([on.got(bob), on.got(cid)], [['one', 'two'], ['two']]);
  });

  test('has what its reader wants of the topics of the list', async () => {
    await using on = await digesting({ topics: ['mice: mouse', 'food: food'] });
    await on.add(bob, 'mime');
    await on.add(cid, 'mime');
    await on.prefer(cid, 'topics', 'mice');
    await on.post('mouse');
    await on.post('food');
    await on.turn();
    assert.deepEqual([on.got(bob), on.got(cid)], [['food', 'mouse'], ['mouse']]);
    await on.post('food');
    await on.turn();
    assert.deepEqual([on.got(bob), on.got(cid)], [['food', 'food', 'mouse'], ['mouse']]);
  });

  test('does not have again what was urgent', async () => {
    await using on = await digesting({
      moderatorPassword: keptText('moderatorPassword', 'sesame'),
    });
    await on.add(bob, 'mime');
    await on.post('fire', { fields: ['Urgent: sesame'] });
    await on.post('food');
    await on.turn();
    assert.deepEqual(on.got(bob), ['fire', 'food']);
  });

  test('is in the language of its reader', async () => {
    await using on = await digesting();
    await on.add(bob, 'mime');
    await on.add(cid, 'mime');
    await on.prefer(cid, 'language', 'de');
    await on.post('one');
    await on.turn();
    assert.deepEqual(subjectsTo(on, bob), ['cats Digest, Vol 1, Issue 1']);
    assert.deepEqual(subjectsTo(on, cid), ['cats Digest, Band 1, Ausgabe 1']);
  });
});

describe('a member who changes how he gets postings', () => {
  test('gets what was posted before in the old way, and what comes in the new one', async () => {
    await using on = await digesting();
    await on.add(bob, 'mime');
    await on.add(cid, 'regular');
    await on.post('one');
    await on.change(bob, { mode: 'regular' });
    await on.change(cid, { mode: 'mime' });
    await on.post('two');
    await on.turn();
    for (const one of [bob, cid]) assert.deepEqual(on.got(one), ['one', 'two'], one);
  });

  test('gets a posting whose mailing is cut later as it was when it was accepted', async () => {
    await using on = await digesting();
    await on.add(bob, 'regular');
    await on.add(cid, 'mime');
    await on.lay('one');
    await on.work(['incoming', 'pipeline']);
    await on.change(bob, { mode: 'mime' });
    await on.change(cid, { mode: 'regular' });
    await on.work();
    await on.turn();
    for (const one of [bob, cid]) assert.deepEqual(on.got(one), ['one'], one);
  });

  test('has digests at times of his own', async () => {
    await using on = await digesting({ digestPostings: 2 });
    await on.add(bob, 'plain', 'weekly');
    await on.add(cid, 'plain');
    for (const name of ['one', 'two', 'three']) await on.post(name);
    assert.deepEqual([on.got(bob), on.got(cid)], [[], ['one', 'two']]);
    await on.turn('weekly');
    assert.deepEqual(on.got(bob), ['one', 'three', 'two']);
    await on.change(bob, { rhythm: 'list' });
    await on.post('four');
    assert.deepEqual(on.got(bob), ['four', 'one', 'three', 'two']);
  });
});

describe('a notice', () => {
  test('tells of a posting at once, under the name of the list', async () => {
    const url = 'https://lists.example/%h';
    await using on = await digesting({ archiveUrl: url, subjectPrefix: '[cats]' });
    await on.add(bob, 'notice');
    await on.post('Re: [cats] food');
    const copy = on.copies().find(({ to }) => to.includes(bob))?.text ?? '';
    assert.match(copy, /^From: Ann via cats <cats@example\.com>\r$/m);
    assert.match(copy, /^Subject: \[cats\] food\r$/m);
    assert.match(copy, /^References: <1@x\.example>\r$/m);
    assert.match(copy, /https:\/\/lists\.example\/[A-Z2-7]{32}/);
    assert.doesNotMatch(copy, /About/);
  });

  test('comes of no posting in a thread that its reader has muted', async () => {
    await using on = await digesting();
    await on.add(bob, 'notice');
    await on.add(cid, 'notice');
    await on.post('one');
    await mute(on, 1);
    await on.post('Re: one', { fields: ['References: <1@x.example>'] });
    await on.post('two');
    assert.deepEqual(subjectsTo(on, bob), ['one', 'two']);
    assert.deepEqual(subjectsTo(on, cid), ['one', 'one', 'two']);
  });
});
