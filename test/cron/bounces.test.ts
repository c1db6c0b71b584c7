import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { addressKey } from '../../src/mail/address.ts';
import type { ListId } from '../../src/model/ids.ts';
import { waitingIn } from '../../src/spool/places.ts';
import { address } from '../literals.ts';
import { dayMs, failureOf, noon } from '../store/failing.ts';
import { lettersIn, setUp } from './caring.ts';

const ann = 'ann@example.net';

describe('cron bounces', () => {
  test('warns at intervals, names the missed postings, and removes after the last warning', async () => {
    await using at = await setUp([ann], { bounceThreshold: 1, bounceWarnings: 2 });
    const seen = new Set<string>();
    await at.post('rootone', 'Herring', noon - 60_000);
    await at.fail(failureOf(ann, { mailing: 'rootone' }), noon);
    await at.post('roottwo', 'Milk', noon + 1000);
    assert.equal(await at.status(ann), 'by-bounces');

    const hour = 3_600_000;
    assert.match((await at.run(noon + hour, true)).said.join(), /1 warnings, 1 disabled to tell/);
    assert.deepEqual(lettersIn(at.site, seen), []);

    await at.run(noon + hour);
    const [warning, news, ...others] = lettersIn(at.site, seen);
    assert.deepEqual(others, []);
    assert(warning && news);
    assert.equal(warning.to, ann);
    assert.match(warning.text, /#1 {2}Herring \(poster@x\.example\)/);
    assert.match(warning.text, /#2 {2}Milk/);
    assert.match(warning.text, /no such user/);
    assert.match(warning.text, /after 1 more of these messages/);
    assert.match(warning.text, /^Auto-Submitted: auto-generated/m);
    assert.equal(news.to, 'owner@example.org');
    assert.match(news.text, /1 member gets no mail any more[\s\S]*ann@example\.net/);

    assert.equal((await at.run(noon + 2 * hour)).text, 'nothing to do');
    for (let day = 1; day < 7; day += 1) await at.run(noon + day * dayMs);
    assert.deepEqual(lettersIn(at.site, seen), []);
    for (let day = 7.1; day < 14; day += 1) await at.run(noon + day * dayMs);
    const second = lettersIn(at.site, seen);
    assert.deepEqual(
      second.map(({ to }) => to),
      [ann],
    );
    assert.match(second[0]?.text ?? '', /removed from the list in 7 days/);
    for (let day = 14.2; day < 16; day += 1) await at.run(noon + day * dayMs);
    assert.equal(await at.status(ann), 'gone');
    const last = lettersIn(at.site, seen);
    assert.deepEqual(
      last.map(({ to }) => to),
      [ann, 'owner@example.org'],
    );
    assert.match(last[0]?.text ?? '', /You were removed from cats@example\.com/);
    assert.match(last[1]?.text ?? '', /1 member was removed/);
  });

  test('after days in which nothing ran nobody is removed in a heap', async () => {
    const people = Array.from({ length: 30 }, (_, n) => `m${n}@d${n}.example`);
    await using at = await setUp(people, { bounceThreshold: 1, bounceWarnings: 1 });
    for (const who of people) await at.fail(failureOf(who), noon);
    await at.run(noon);
    // The house is closed for a month.
    await at.run(noon + 30 * dayMs);
    assert.equal(await at.status('m0@d0.example'), 'by-bounces');
    for (let day = 31; day < 37; day += 1) await at.run(noon + day * dayMs);
    assert.equal(await at.status('m0@d0.example'), 'by-bounces');
    await at.run(noon + 37.5 * dayMs);
    assert.equal(await at.status('m0@d0.example'), 'gone');
  });

  test('bounces that waited while nothing ran count for one day', async () => {
    await using at = await setUp([ann], { bounceThreshold: 2 });
    for (const mailing of ['a', 'b', 'c', 'd']) {
      await at.fail(failureOf(ann, { mailing: `mailing${mailing}` }), noon + 10 * dayMs);
    }
    assert.equal(await at.status(ann), 'enabled');
  });

  test('who was enabled again by a person is left alone, and begins anew', async () => {
    await using at = await setUp([ann], { bounceThreshold: 1, bounceWarnings: 0 });
    await at.fail(failureOf(ann), noon);
    await at.run(noon);
    const key = addressKey(address(ann));
    await at.store.as('test').changeMember(at.list, 'member', key, { status: 'enabled' });
    for (let day = 1; day < 9; day += 1) await at.run(noon + day * dayMs);
    assert.equal(await at.status(ann), 'enabled');
    const [row] = await at.store.bounces.at(key, at.list);
    assert.deepEqual([row?.score, row?.disabledAt], [0, null]);
  });

  test('who was disabled by bounces elsewhere (an import) is warned from now on', async () => {
    await using at = await setUp([ann], {});
    const key = addressKey(address(ann));
    await at.store.as('test').changeMember(at.list, 'member', key, { status: 'by-bounces' });
    await at.run(noon);
    const seen = new Set<string>();
    assert.deepEqual(
      lettersIn(at.site, seen).map(({ to }) => to),
      [ann, 'owner@example.org'],
    );
  });

  test('sends probes with a signed return path that names this member', async () => {
    await using at = await setUp([ann], { bounceThreshold: 1, bounceProbe: true });
    await at.fail(failureOf(ann), noon);
    await at.run(noon);
    const [place] = waitingIn(at.site.spool, 'virgin');
    assert(place);
    const meta = JSON.parse(readFileSync(join(place.folder, 'entry.json'), 'utf8'));
    assert.match(
      meta.work.returnPath,
      /^cats-bounces\+[a-z2-7]{8}\.p-[a-z0-9]+\.ann=example\.net@/,
    );
    assert.equal((await at.run(noon + 1000)).text, 'nothing to do');
    assert.equal(await at.status(ann), 'enabled');
  });

  test('tells owners of a storm once, with codes, samples and what to type', async () => {
    const people = Array.from({ length: 20 }, (_, n) => `m${n}@big.example`);
    await using at = await setUp(people, {});
    for (const who of people) {
      await at.fail(failureOf(who, { mailing: 'mail1', peers: 20, audience: 20 }), noon);
    }
    await at.run(noon);
    const seen = new Set<string>();
    const [news, ...others] = lettersIn(at.site, seen);
    assert.deepEqual(others, []);
    assert.match(news?.text ?? '', /20 copies of 20 members at big\.example failed alike/);
    assert.match(news?.text ?? '', /20 x 5\.1\.1: 550 5\.1\.1 no such user/);
    assert.match(news?.text ?? '', /listmill bounce release 1 /);
    await at.run(noon + 3_600_000);
    assert.deepEqual(lettersIn(at.site, seen), []);
  });

  test('forgets old scores, and failures past their age', async () => {
    await using at = await setUp([ann], {});
    await at.fail(failureOf(ann), noon);
    assert.match((await at.run(noon + 8 * dayMs)).text, /1 looked after/);
    const key = addressKey(address(ann));
    assert.equal((await at.store.bounces.at(key))[0]?.score, 0);
    assert.match((await at.run(noon + 181 * dayMs)).text, /1 failures forgotten/);
    assert.deepEqual(await at.store.bounces.at(key), []);
    assert.deepEqual(await at.store.bounces.byCause(0, at.list as ListId), []);
  });

  test('a hundred and more are cared for in steps, each person once', async () => {
    const people = Array.from({ length: 250 }, (_, n) => `m${n}@d${n}.example`);
    await using at = await setUp(people, { bounceThreshold: 1, bounceStormPercent: 0 });
    for (const who of people) await at.fail(failureOf(who), noon);
    await at.run(noon);
    const letters = lettersIn(at.site, new Set());
    const warned = letters.filter(({ to }) => to !== 'owner@example.org').map(({ to }) => to);
    assert.deepEqual(warned.sort(), [...people].sort());
    assert.equal(letters.length, 251);
    assert.deepEqual([...waitingIn(at.site.spool, 'bounce')], []);
  });
});
