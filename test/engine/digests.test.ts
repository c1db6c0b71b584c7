import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { digesting } from './digesting.ts';

const bob = 'bob@x.example';
const cid = 'cid@x.example';

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
    const digests = on.copies().filter(({ to }) => to.includes(bob));
    assert.deepEqual(digests.map(({ text }) => /^Subject: (.*)$/m.exec(text)?.[1]?.trim()).sort(), [
      'cats Digest, Vol 1, Issue 1',
      'cats Digest, Vol 1, Issue 2',
    ]);
  });

  test('goes to nobody who gets postings one by one', async () => {
    await using on = await digesting();
    await on.add(bob, 'mime');
    await on.add(cid, 'regular');
    await on.post('one');
    await on.turn();
    assert.deepEqual(on.got(cid), ['one']);
    assert.deepEqual(on.got(bob), ['one']);
    assert.equal(on.copies().filter(({ to }) => to.includes(cid)).length, 1);
  });
});

describe('a member who changes his mode', () => {
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
});
