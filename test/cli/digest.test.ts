import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digesting } from '../engine/digesting.ts';
import { call } from './called.ts';

const bob = 'bob@x.example';

test('what waits for a digest is listed, shown in each form, and sent', async () => {
  await using on = await digesting();
  const site = on.site.paths.root;
  await on.add(bob, 'plain');
  assert.match((await call('digest send cats', { site })).out, /Nothing waits/);
  assert.equal((await call('digest show cats', { site })).code, 66);
  await on.post('one');
  assert.match((await call('digest ls', { site })).out, /cats\.example\.com +list +1 /);
  for (const form of ['mime', 'plain', 'html', 'summary']) {
    const { out } = await call(`digest show cats --form ${form}`, { site });
    assert.match(out, /^Subject: .*Issue 1/m, form);
    assert.match(out, /one/, form);
  }
  const facts = JSON.parse((await call('digest show cats --json', { site })).out);
  assert.deepEqual([facts.list, facts.form, facts.postings], ['cats.example.com', 'mime', 1]);
  const { out } = await call('digest show cats --form plain --language de', { site });
  assert.match(out, /^Subject: cats Digest, Band 1, Ausgabe 1\r$/m);
  assert.deepEqual(on.got(bob), [], 'nothing was sent');
  assert.match((await call('digest send cats', { site })).out, /1 messages is in the queue/);
  on.now = Date.now();
  await on.work();
  assert.deepEqual(on.got(bob), ['one']);
  const [row] = JSON.parse((await call('digest ls cats --json', { site })).out) as [object];
  assert.deepEqual(
    { ...row, issued: 0, oldest: 0 },
    {
      ...{ list: on.list, rhythm: 'daily', postings: 0, bytes: 0, volume: 1, number: 0 },
      ...{ issued: 0, oldest: 0 },
    },
  );
});
