import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { digests } from '../../src/cron/digests.ts';
import { runTask } from '../../src/engine/cron.ts';
import { type Digesting, digesting } from '../engine/digesting.ts';

const bob = 'bob@x.example';
const cid = 'cid@x.example';
const hourMs = 3_600_000;

/** Maintenance at a time, and all that comes of it. */
async function cronAt(on: Digesting, now: number, dryRun = false): Promise<string> {
  on.now = now;
  const said: string[] = [];
  const remark = async (text: string) => void said.push(text);
  const report = await runTask(on.site, digests, { now, dryRun, remark });
  await on.work();
  return [...said, report.kind === 'done' ? report.text : report.kind].join('; ');
}

describe('digests by time', () => {
  test('go out once at the hour of the list, with what was there by then', async () => {
    await using on = await digesting({
      digestRhythm: 'daily',
      digestHour: 18,
      timeZone: 'Asia/Tokyo',
    });
    await on.add(bob, 'plain');
    const day = Date.UTC(2026, 10, 24);
    on.now = day + 5 * hourMs;
    await on.post('one');
    assert.equal(await cronAt(on, day + 8 * hourMs), 'nothing to do');
    assert.match(
      await cronAt(on, day + 9 * hourMs, true),
      /would send the digest of 1 messages of cats\.example\.com \(list\)/,
    );
    assert.equal(await cronAt(on, day + 9 * hourMs), '1 digests sent');
    assert.deepEqual(on.got(bob), ['one']);
    await on.post('two');
    assert.doesNotMatch(await cronAt(on, day + 10 * hourMs), /sent/);
    assert.deepEqual(on.got(bob), ['one']);
    assert.match(await cronAt(on, day + 33 * hourMs), /1 digests sent/);
    assert.deepEqual(on.got(bob), ['one', 'two']);
  });

  test('go out once on a day that has their hour twice', async () => {
    const timeZone = 'Europe/Berlin';
    await using on = await digesting({ digestRhythm: 'daily', digestHour: 2, timeZone });
    await on.add(bob, 'plain');
    const day = Date.UTC(2026, 9, 25);
    on.now = day - hourMs;
    await on.post('one');
    assert.equal(await cronAt(on, day), '1 digests sent');
    on.now = day + hourMs / 2;
    await on.post('two');
    for (const half of [2, 3, 4]) {
      assert.doesNotMatch(await cronAt(on, day + (half * hourMs) / 2), /sent/);
    }
    assert.deepEqual(on.got(bob), ['one']);
    assert.match(await cronAt(on, day + 25 * hourMs), /1 digests sent/);
    assert.deepEqual(on.got(bob), ['one', 'two']);
  });

  test('go out once where maintenance runs twice before the runner does', async () => {
    await using on = await digesting({ digestRhythm: 'daily' });
    await on.add(bob, 'plain');
    await on.post('one');
    const now = Date.UTC(2026, 10, 24, 12);
    for (const _ of [1, 2]) {
      await runTask(on.site, digests, { now, dryRun: false, remark: async () => undefined });
    }
    on.now = now;
    await on.work();
    assert.deepEqual(on.got(bob), ['one']);
    assert.equal(on.copies().filter(({ to }) => to.includes(bob)).length, 1);
  });

  test('go to members with a rhythm of their own at their time', async () => {
    await using on = await digesting({ digestWeekday: 'thursday' });
    await on.add(bob, 'plain', 'daily');
    await on.add(cid, 'plain', 'weekly');
    await on.post('one');
    await cronAt(on, Date.UTC(2026, 10, 25, 12, 30));
    assert.deepEqual([on.got(bob), on.got(cid)], [['one'], []]);
    await cronAt(on, Date.UTC(2026, 10, 26, 12));
    assert.deepEqual([on.got(bob), on.got(cid)], [['one'], ['one']]);
  });

  test('bring each posting once, whether each day or once a week, by the days of the list', async () => {
    const timeZone = 'Pacific/Auckland';
    await using on = await digesting({
      ...{ timeZone, digestRhythm: 'daily', digestHour: 8, digestWeekday: 'wednesday' },
    });
    await on.add(bob, 'plain');
    await on.add(cid, 'plain', 'weekly');
    const sent: string[] = [];
    const counts = () => [bob, cid].map((one) => on.got(one).length).join(' ');
    // Tuesday 19:00 in Greenwich is Wednesday 08:00 there.
    const tuesday = Date.UTC(2026, 10, 24, 19);
    for (const [n, name] of ['one', 'two', 'three', 'four'].entries()) {
      const at = tuesday + (n - 1) * 24 * hourMs;
      on.now = at - 3 * hourMs;
      await on.post(name);
      for (const now of [at - 1, at]) {
        await cronAt(on, now);
        sent.push(counts());
      }
    }
    assert.deepEqual(sent, ['0 0', '1 0', '1 0', '2 2', '2 2', '3 2', '3 2', '4 2']);
    await cronAt(on, tuesday + 7 * 24 * hourMs);
    for (const one of [bob, cid]) assert.deepEqual(on.got(one), ['four', 'one', 'three', 'two']);
  });

  test('leave nothing behind when all have had them', async () => {
    await using on = await digesting({ digestRhythm: 'daily' });
    await on.add(bob, 'plain');
    await on.add(cid, 'plain', 'daily');
    await on.post('one');
    const files = () => readdirSync(on.site.paths.digests).length;
    await on.turn('list');
    assert.match(await cronAt(on, Date.UTC(2026, 10, 24, 11)), /nothing to do/);
    assert.equal(files(), 1, 'one stream still wants it');
    await on.turn('daily');
    // Its file is young by the clock of the disk, so that is asked for a day on which it is not.
    const later = Date.now() + 400 * 24 * hourMs;
    assert.match(await cronAt(on, later), /of digests forgotten/);
    assert.equal(files(), 0);
    assert.match(await cronAt(on, later), /nothing to do/);
  });
});
