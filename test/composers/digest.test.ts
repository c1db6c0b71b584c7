import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentsOf, contentsText } from '../../src/composers/digest-contents.ts';
import { threadsOf } from '../../src/composers/digest-threads.ts';
import type { DigestPosting } from '../../src/model/digest.ts';
import { entryId } from '../../src/model/ids.ts';

const words = { noSubject: '(no subject)', noAuthor: 'unknown' };

function posting(number: number, subject: string, more: Partial<DigestPosting> = {}) {
  return {
    ...{ seq: number, number, upTo: 1, at: 0, bytes: 1, wide: false, archived: false },
    ...{ file: entryId(`f${number}`), thread: `t${number}`, parent: '', author: 'Ann' },
    ...{ messageId: `<${number}@x>`, subject },
    ...more,
  };
}

test('threads hold together by their root, by what is answered, and by the subject of an answer', () => {
  const threads = threadsOf(
    [
      posting(5, 'Re: food'),
      posting(1, '[cats] food'),
      posting(2, 'mice'),
      posting(3, 'other', { thread: 't1' }),
      posting(4, 'Re: x', { parent: '<2@x>' }),
      posting(6, 'food'),
    ],
    '[cats]',
  );
  assert.deepEqual(
    threads.map((thread) => thread.map(({ number }) => number)),
    [[1, 3, 5], [2, 4], [6]],
  );
});

test('the contents name a thread once, without the prefix, in lines that are not too long', () => {
  const long = 'words and '.repeat(12).trim();
  const threads = threadsOf(
    [
      posting(1, '[cats 1] food'),
      posting(2, 'Re: [cats 1] food', { thread: 't1', author: 'Bob' }),
      posting(3, long),
      posting(4, '', { author: '' }),
    ],
    '[cats %d]',
  );
  const text = contentsText(contentsOf(threads, '[cats %d]', words));
  assert.match(text, /^ {3}1\. food \(Ann\)\n {7}2\. Bob\n\n {3}3\. words and/);
  assert.match(text, /\n\n {3}4\. \(no subject\) \(unknown\)$/);
  for (const line of text.split('\n')) assert(line.length <= 72, line);
});
