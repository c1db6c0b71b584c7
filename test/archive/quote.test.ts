import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quotedLines } from '../../src/archive/quote.ts';
import { chanceOf, newSeed } from '../mail/chance.ts';

async function quoted(...pieces: readonly string[]): Promise<string> {
  const kept: Buffer[] = [];
  // A stream keeps what it is given until it has written it; so here all is kept to the end.
  for await (const bytes of quotedLines(pieces.map((piece) => Buffer.from(piece))))
    kept.push(bytes);
  return Buffer.concat(kept).toString();
}

for (const { title, pieces, wanted } of [
  { title: 'nothing is an empty line', pieces: [], wanted: '\n' },
  {
    title: 'a line that begins with From gets a mark',
    pieces: ['From me\n'],
    wanted: '>From me\n\n',
  },
  {
    title: 'marks are marked',
    pieces: [`${'>'.repeat(300)}From me\n`],
    wanted: `${'>'.repeat(301)}From me\n\n`,
  },
  {
    title: 'From elsewhere is let alone',
    pieces: [' From me\nFrom: me\nFrom\n'],
    wanted: ' From me\nFrom: me\nFrom\n\n',
  },
  { title: 'lines end with LF', pieces: ['one\r\ntwo\r\n\r\n'], wanted: 'one\ntwo\n\n\n' },
  { title: 'a CR within a line stays', pieces: ['a\rb\r\r\n'], wanted: 'a\rb\r\n\n' },
  { title: 'the last line gets its end', pieces: ['one\nFrom me'], wanted: 'one\n>From me\n\n' },
  {
    title: 'pieces are cut anywhere',
    pieces: ['Fr', 'om me\r', '\n', '>', 'From me\r'],
    wanted: '>From me\n>>From me\n\n',
  },
]) {
  test(title, async () => assert.equal(await quoted(...pieces), wanted));
}

test('a line without an end passes in pieces, marked once', async () => {
  const piece = 'From '.repeat(100_000);
  assert.equal(await quoted(piece, piece, piece, piece), `>${piece.repeat(4)}\n\n`);
});

test('however a message is cut, the result is the same', async (t) => {
  const seed = newSeed();
  t.diagnostic(`seed ${seed}`);
  const { number, pick } = chanceOf(seed);
  const words = ['From ', '>', '\r', '\n', '\r\n', 'From me', ' x', 'F'];
  for (let round = 0; round < 200; round += 1) {
    const text = Array.from({ length: 40 }, () => pick(words)).join('');
    const pieces: string[] = [];
    for (let at = 0; at < text.length; ) {
      const end = at + 1 + number(12);
      pieces.push(text.slice(at, end));
      at = end;
    }
    assert.equal(await quoted(...pieces), await quoted(text));
  }
});
