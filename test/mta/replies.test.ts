import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReplyReader } from '../../src/mta/replies.ts';
import { MtaError } from '../../src/mta/types.ts';

function read(text: string, blockBytes: number): readonly string[] {
  const reader = new ReplyReader();
  const bytes = Buffer.from(text);
  const seen: string[] = [];
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const block = Buffer.from(bytes.subarray(at, at + blockBytes));
    reader.feed(block, block.length, (code) => seen.push(`${code}/${reader.lines().join('|')}`));
    // The buffer that was read into is used again at once.
    block.fill(0x78);
  }
  return seen;
}

test('replies are the same however the bytes are cut', () => {
  const text =
    '220 hello\r\n250-sink.example\r\n250-SIZE 100\r\n250 8BITMIME\r\n250\r\n354 \r\n550-a\r\n550 ä\n';
  const wanted = ['220/hello', '250/sink.example|SIZE 100|8BITMIME', '250/', '354/', '550/a|ä'];
  for (let blockBytes = 1; blockBytes <= text.length + 1; blockBytes++) {
    assert.deepEqual(read(text, blockBytes), wanted, `blocks of ${blockBytes}`);
  }
});

test('only the bytes that were read count, not the rest of the buffer', () => {
  const reader = new ReplyReader();
  const codes: number[] = [];
  reader.feed(Buffer.from('250 ok\r\n550 stale\r\n'), 8, (code) => codes.push(code));
  assert.deepEqual(codes, [250]);
  assert.equal(reader.halfway, false);
});

test('a reply that has begun shows, so that nothing is smuggled in before TLS', () => {
  const reader = new ReplyReader();
  reader.feed(Buffer.from('220-more'), 8, () => {});
  assert.equal(reader.halfway, true);
  reader.feed(Buffer.from('\r\n'), 2, () => {});
  assert.equal(reader.halfway, true);
  reader.feed(Buffer.from('220 x\r\n'), 7, () => {});
  assert.equal(reader.halfway, false);
});

test('what is no reply, or has no end, is an error and takes no memory', () => {
  const cases = [
    'HTTP/1.1 400 Bad Request\r\n',
    'hello\r\n',
    '\r\n',
    '25\r\n',
    '199 no\r\n',
    '650 no\r\n',
    '250_no\r\n',
    `250 ${'x'.repeat(5000)}\r\n`,
    'x'.repeat(5000),
    '250-x\r\n'.repeat(500),
    `250-${'x'.repeat(4000)}\r\n`.repeat(10),
  ];
  for (const text of cases) {
    for (const blockBytes of [1, 700, 100_000]) {
      assert.throws(
        () => read(text, blockBytes),
        (error) => error instanceof MtaError && error.trouble === 'protocol',
        `${text.slice(0, 30)} in blocks of ${blockBytes}`,
      );
    }
  }
});
