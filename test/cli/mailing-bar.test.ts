import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import type { Io } from '../../src/cli/command.ts';
import { watchUntilDone } from '../../src/cli/mailing-bar.ts';
import { courseOf, type MailingRecord } from '../../src/model/mailing.ts';

const began = 1_900_000_000_000;
const running = {
  id: 'i1-p-m',
  recipients: 1000,
  delivered: 0,
  refused: 0,
  failed: 0,
  cancelled: 0,
  cutDone: true,
  started: began,
  finished: undefined,
  order: undefined,
} as unknown as MailingRecord;

test('the rate of a mailing is that of the last minute, and says when it will be through', () => {
  const one = { ...running, delivered: 380, refused: 15, failed: 5 };
  const lately = { count: 200, ms: 10_000 };
  const { total, share, rate, leftMs } = courseOf(one, 0, began + 100_000, lately);
  assert.deepEqual([total, share, rate, leftMs], [1000, 0.4, 20, 30_000]);
  const idle = courseOf(one, 0, began + 100_000, { count: 0, ms: 10_000 });
  assert.deepEqual([idle.rate, idle.leftMs], [4, 150_000], 'else it is that of the whole time');
  const paused = courseOf({ ...one, order: 'pause' }, 0, began + 100_000, lately);
  assert.equal(paused.leftMs, undefined);
  const uncut = courseOf({ ...one, cutDone: false }, 4000, began + 100_000, lately);
  assert.deepEqual([uncut.total, uncut.share, uncut.leftMs], [4000, 0.1, 180_000]);
  const done = courseOf({ ...one, delivered: 980, finished: began + 50_000 }, 0, began + 9e6);
  assert.deepEqual([done.share, done.rate, done.leftMs], [1, 20, undefined]);
});

test('a mailing that is watched has a bar with its rate and the time left, until it ends', async () => {
  let drawn = '';
  const stderr = Object.assign(
    new Writable({
      write(piece, _, done) {
        drawn += piece;
        done();
      },
    }),
    { isTTY: true },
  );
  const looks = [0, 250, 500].map((delivered, n) => {
    const one = { ...running, delivered };
    const lately = { count: delivered, ms: 5000 };
    return { ...one, course: courseOf(one, 0, began + 5000 * n, lately) };
  });
  const over = { ...running, finished: began, course: courseOf(running, 0, began) };
  const shown = [...looks, over];
  await watchUntilDone({ stderr } as unknown as Io, async () => shown.shift() ?? over, 1);
  assert.match(drawn, /\r0\/s \[\.{30}\] {3}0 %/);
  assert.match(drawn, /\r50\/s, 15 s left \[#{8}\.{22}\] {2}25 %/);
  assert.match(drawn, /\r100\/s, 5 s left \[#{15}\.{15}\] {2}50 %/);
  assert(drawn.endsWith('\r\x1b[K'), 'the bar is taken away');
  const before = drawn;
  const rests = { ...looks[1], order: 'pause', course: courseOf(running, 0, began) } as const;
  await watchUntilDone({ stderr } as unknown as Io, async () => ({ ...over, ...rests }), 1);
  assert.equal(drawn, before, 'of one that rests nothing is to be expected');
});
