import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { realDisk } from '../../src/ground/disk.ts';
import { ProgressLog, progressSince, readProgress } from '../../src/spool/progress.ts';

const bench = mkdtempSync(join(tmpdir(), 'listmill-progress-'));
after(() => rmSync(bench, { recursive: true, force: true }));
const folder = () => mkdtempSync(join(bench, 'batch-'));

/** What a batch of ten looks like: `.` open, `d` delivered, `r` refused, `f` failed. */
function look(place: string, count = 10): string {
  return [...readProgress(place, count).states].map((state) => '.drf'[state]).join('');
}

function note(place: string, tries: number, write: (progress: ProgressLog) => void): void {
  const progress = new ProgressLog(realDisk, place, tries);
  write(progress);
  progress.close();
}

test('what was answered is known to the next claim, and in order', () => {
  const place = folder();
  note(place, 1, (progress) => {
    progress.delivered(0, 2);
    progress.refused(5, {
      code: 550,
      enhanced: '5.1.1',
      text: 'no such\r\nuser',
      relay: 'near 2',
    });
    progress.failed(7, 8, { code: 554, enhanced: undefined, text: 'spam' });
  });
  assert.equal(look(place), 'ddd..r.ff.');
  assert.deepEqual(readProgress(place, 10).refused, [
    { position: 5, code: 550, enhanced: '5.1.1', text: 'no such user' },
  ]);
  const { end, ...news } = progressSince(place, 0);
  assert.deepEqual([news.delivered, news.failed, news.refused.length], [3, 2, 1]);
  note(place, 2, (progress) => progress.delivered(3, 3));
  assert.deepEqual(progressSince(place, end).delivered, 1);
});

test('what an MTA calls a message is one word, also where it has blanks', () => {
  const place = folder();
  note(place, 1, (progress) => progress.delivered(0, 0, '1700000000 qp 12345', 'near'));
  assert.match(progressSince(place, 0).text, /^d 0 0 1700000000_qp_12345 near$/m);
});

test('only what was answered since the last claim speaks for the batch', () => {
  const place = folder();
  note(place, 1, (progress) => progress.delivered(0, 0));
  assert.equal(readProgress(place, 10).moved, true);
  note(place, 2, () => undefined);
  assert.equal(readProgress(place, 10).moved, false);
});

test('wherever a line is cut off, nobody is taken for answered who was not', () => {
  const lines = [
    'd 12 34',
    'r 123 550 5.1.1 no such user',
    'r 123 main 550 5.1.1 no such user',
    'f 12 13 main 554 - the message',
  ];
  for (const line of lines) {
    for (let length = 0; length < line.length; length += 1) {
      const place = folder();
      note(place, 1, (progress) => progress.delivered(0, 0));
      const whole = readFileSync(join(place, 'progress'), 'utf8');
      appendFileSync(join(place, 'progress'), line.slice(0, length));
      assert.equal(look(place, 200), `d${'.'.repeat(199)}`, 'not even before the next claim');
      note(place, 2, (progress) => progress.delivered(1, 1));
      assert.equal(look(place, 200), `dd${'.'.repeat(198)}`, `cut off: ${line.slice(0, length)}`);
      assert.equal(readFileSync(join(place, 'progress'), 'utf8'), `${whole}c 2\nd 1 1\n`);
    }
  }
});

test('what is no line says nothing', () => {
  const place = folder();
  const nonsense = ['d 1d 3', 'd 5 4', 'd', 'r 3', 'r 3 55', 'x 1 2', '', 'f a b 550 - x', 'd 1'];
  appendFileSync(join(place, 'progress'), `${nonsense.join('\n')}\nd 9 9\n`);
  assert.equal(look(place), '.........d');
});

test('a batch that was never handed over has no progress', () => {
  assert.equal(look(folder()), '..........');
  assert.deepEqual(progressSince(folder(), 0), {
    end: 0,
    delivered: 0,
    failed: 0,
    refused: [],
    text: '',
  });
});
