import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHeaders } from '../../src/mail/headers.ts';
import {
  base64Content,
  base64Stream,
  decodeQuoted,
  decodeTransfer,
  encodingOf,
  quoted,
  quotedStream,
} from '../../src/mail/transfer.ts';
import { chanceOf, newSeed } from './chance.ts';
import { inChunks } from './decorated.ts';

async function all(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const found: Buffer[] = [];
  for await (const chunk of chunks) found.push(chunk);
  return Buffer.concat(found);
}

test('the declared encoding is read however it is written', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['', '7bit'],
    ['Content-Transfer-Encoding: Quoted-Printable (yes)\r\n', 'quoted-printable'],
    ['Content-Transfer-Encoding:  BASE64;\r\n', 'base64'],
    ['Content-Transfer-Encoding:\r\n', '7bit'],
    ['Content-Transfer-Encoding: x-uuencode\r\n', undefined],
    ['Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64\r\n', undefined],
  ];
  for (const [text, wanted] of cases) {
    assert.equal(encodingOf(parseHeaders(Buffer.from(text))), wanted, text);
  }
});

test('quoted-printable is decoded as readers do, broken or not', () => {
  const cases = [
    ['a=3Db', 'a=b'],
    ['a=\r\nb=\nc= \t\r\nd', 'abcd'],
    ['100% = all=', '100% = all'],
    ['=c3=BC=zz=', 'ü=zz'],
  ] as const;
  for (const [raw, wanted] of cases) {
    assert.equal(decodeQuoted(Buffer.from(raw)).bytes.toString(), wanted, raw);
  }
});

test('each decoded byte knows where it stood', () => {
  const { bytes, offsets } = decodeQuoted(Buffer.from('a=3D=\r\nb'));
  assert.equal(bytes.toString(), 'a=b');
  assert.deepEqual([...offsets], [0, 1, 7, 8]);
});

test('quoted-printable has short lines, no space at their ends, and the line ends asked for', () => {
  const text = `${'word '.repeat(40)}\r\nends with a space \ntab\t\r\n=\rü${'x'.repeat(200)}`;
  for (const lineEnd of ['\n', '\r\n']) {
    const lines = quoted(Buffer.from(text), lineEnd).toString('latin1').split(lineEnd);
    for (const line of lines) assert.match(line, /^[!-~ \t]{0,75}[!-~]$|^$/);
    const back = decodeQuoted(quoted(Buffer.from(text), lineEnd)).bytes.toString();
    assert.equal(back, text.replace(/\r?\n/g, lineEnd));
  }
});

test('what is encoded in chunks of any size decodes to what it was', async () => {
  const seed = newSeed();
  console.log(`seed ${seed}`);
  const chance = chanceOf(seed);
  for (let round = 0; round < 60; round++) {
    const bytes = Buffer.from(
      Array.from({ length: chance.number(400) }, () =>
        chance.pick([32, 9, 61, 65, 98, 200, 46, chance.number(256)]),
      ).filter((byte) => byte !== 10),
    );
    const size = 1 + chance.number(80);
    const quotedBytes = await all(quotedStream(inChunks(bytes, size), '\r\n'));
    assert.deepEqual(decodeTransfer(quotedBytes, 'quoted-printable'), bytes);
    const encoded = await all(base64Stream(inChunks(bytes, size), '\r\n'));
    assert.match(encoded.toString(), /^(?:[A-Za-z0-9+/=]{1,76}\r\n)*$/);
    assert.deepEqual(await all(base64Content(inChunks(encoded, size))), bytes);
  }
});

test('joined pieces of base64 are all read', async () => {
  const pieces = ['a', 'bc', 'def'].map((text) => Buffer.from(text).toString('base64'));
  assert.equal(
    (await all(base64Content(inChunks(Buffer.from(pieces.join('\n')), 3)))).toString(),
    'abcdef',
  );
});
