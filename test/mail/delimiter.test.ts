import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allDelimiters, delimiterOf, findDelimiter } from '../../src/mail/delimiter.ts';

function found(body: string): string[] {
  const bytes = Buffer.from(body);
  return allDelimiters(bytes, delimiterOf('b'), 100).map(
    ({ start, end, isClosing }) => (isClosing ? '!' : '') + bytes.toString('utf8', start, end),
  );
}

test('a delimiter is a whole line, padding allowed', () => {
  const cases: readonly (readonly [body: string, wanted: readonly string[]])[] = [
    ['--b\r\nx\r\n--b--\r\n', ['--b\r\n', '!--b--\r\n']],
    ['--b\nx\n--b \t\ny\n--b-- ', ['--b\n', '--b \t\n', '!--b-- ']],
    ['preamble --b\r\n --b\r\n--bb\r\n--b-\r\n--b x\r\n--b', ['--b']],
    ['--b--\r\n--b\r\n', ['!--b--\r\n']],
    [`--b${' '.repeat(500)}\r\n`, []],
    ['', []],
  ];
  for (const [body, wanted] of cases) assert.deepEqual(found(body), wanted, body);
});

test('where more may come, an unfinished line is waited for', () => {
  const line = delimiterOf('b');
  const search = (text: string) =>
    findDelimiter(Buffer.from(text), line, 0, { atLineStart: false, isLast: false });
  assert.deepEqual(search('text\r\n--b'), { kind: 'none', resume: 6 });
  assert.deepEqual(search('text\r\n--b-'), { kind: 'none', resume: 6 });
  assert.deepEqual(search('text\r\n--b--'), { kind: 'none', resume: 6 });
  assert.deepEqual(search('text\r\n--'), { kind: 'none', resume: 6 });
  assert.deepEqual(search('text\r\n-x'), { kind: 'none', resume: 8 });
  assert.deepEqual(search('text\r\n'), { kind: 'none', resume: 6 });
  assert.deepEqual(search('--'), { kind: 'none', resume: 2 });
  assert.deepEqual(search('text\r\n--b\n'), {
    kind: 'found',
    isClosing: false,
    start: 6,
    end: 10,
  });
});
