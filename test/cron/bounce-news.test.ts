import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf, noon } from '../store/failing.ts';
import { lettersIn, setUp } from './caring.ts';

const ann = 'ann@example.net';

test('owners hear of refusals that are ours to mend, at once and then once a day', async () => {
  const bob = 'bob@example.net';
  await using at = await setUp([ann, bob]);
  const seen = new Set<string>();
  const hour = 3_600_000;
  const refusal = (who: string, mailing: string) =>
    failureOf(who, {
      mailing,
      cause: 'dmarc',
      status: '5.7.26',
      diagnostic: '550 5.7.26 unauthenticated mail from author.example',
    });
  await at.fail(refusal(ann, 'one'), noon);
  await at.fail(refusal(bob, 'one'), noon);
  assert.match((await at.run(noon + hour, true)).said.join(), /1 refusals of our mail to tell/);
  await at.run(noon + hour);
  const [news, ...others] = lettersIn(at.site, seen);
  assert.deepEqual(others, []);
  assert.equal(news?.to, 'owner@example.org');
  assert.match(news?.text ?? '', /^Subject: .*2 copies refused because of our mail/m);
  assert.match(news?.text ?? '', /2 x example\.net: the author's domain forbids .*\(5\.7\.26\)/);
  assert.match(news?.text ?? '', /550 5\.7\.26 unauthenticated mail/);
  assert.equal(await at.status(ann), 'enabled');

  await at.fail(refusal(ann, 'two'), noon + 2 * hour);
  await at.run(noon + 3 * hour);
  assert.deepEqual(lettersIn(at.site, seen), [], 'once a day is enough');
  await at.run(noon + 25 * hour);
  assert.match(lettersIn(at.site, seen)[0]?.text ?? '', /1 x example\.net/);
  await at.run(noon + 50 * hour);
  assert.deepEqual(lettersIn(at.site, seen), [], 'nothing is new');
});

test('owners hear of each complaint once, with what became of it', async () => {
  const bob = 'bob@example.net';
  await using at = await setUp([ann, bob], { complaintAction: 'remove' });
  const seen = new Set<string>();
  const complaint = (who: string, more = {}) =>
    failureOf(who, {
      via: 'complaint',
      cause: 'spam',
      diagnostic: 'abuse, reported by x',
      ...more,
    });
  await at.fail(complaint(ann, { mailing: 'one' }), noon);
  await at.fail(complaint(bob, { proof: 'none', mailing: undefined }), noon);
  await at.run(noon + 1000);
  const [news, ...others] = lettersIn(at.site, seen);
  assert.deepEqual(others, []);
  assert.equal(news?.to, 'owner@example.org');
  assert.match(news?.text ?? '', /^Subject: .*2 complaints/m);
  assert.match(news?.text ?? '', /ann@example\.net: abuse, reported by x; he was removed/);
  assert.match(news?.text ?? '', /bob@example\.net: abuse, reported by x; nothing was done/);
  await at.run(noon + 26 * 3_600_000);
  assert.deepEqual(lettersIn(at.site, seen), []);
});
