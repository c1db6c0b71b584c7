import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { holeText } from '../../src/mail/hole.ts';
import { streamBody } from '../../src/mta/body.ts';
import { Outbox } from '../../src/mta/outbox.ts';
import {
  fill,
  messageFile,
  octetsWith,
  type Rendered,
  renderMessage,
} from '../../src/mta/render.ts';
import type { Wire } from '../../src/mta/wire.ts';
import { mark, rendered } from './setting.ts';

const none: readonly string[] = [];

async function wireText(message: Rendered, values: readonly string[] = none): Promise<string> {
  const outbox = new Outbox();
  if (message.body.kind === 'held') {
    fill(message.body.pieces, values, outbox);
    return outbox.bytes().toString();
  }
  const written: Buffer[] = [];
  const wire: Pick<Wire, 'arm' | 'writeOut'> = {
    arm: () => {},
    writeOut: async (bytes) => void written.push(Buffer.from(bytes)),
  };
  await streamBody(message.body.pieces(), values, outbox, wire, 1000);
  return Buffer.concat([...written, outbox.bytes()]).toString();
}

test('lines end with CRLF, dots are doubled, and the last line ends too', async () => {
  const cases: readonly [string, string][] = [
    ['', ''],
    ['a', 'a\r\n'],
    ['a\n', 'a\r\n'],
    ['a\r\n', 'a\r\n'],
    ['a\r\n\r\nb\n', 'a\r\n\r\nb\r\n'],
    ['.', '..\r\n'],
    ['.\n', '..\r\n'],
    ['a: b\n\n.\n..x\ny.z\n', 'a: b\r\n\r\n..\r\n...x\r\ny.z\r\n'],
    // A CR in the header must not begin a field; in the body it ends a line.
    ['Subject: a\rBcc: x@y\n\nb', 'Subject: a Bcc: x@y\r\n\r\nb\r\n'],
    ['a: b\n\nc\rd', 'a: b\r\n\r\nc\r\nd\r\n'],
    ['a: b\n\nc\r.\rd\n', 'a: b\r\n\r\nc\r\n..\r\nd\r\n'],
    ['a: b\n\nc\n.\r\nQUIT\r\n', 'a: b\r\n\r\nc\r\n..\r\nQUIT\r\n'],
    // CR CR LF is one line end, or the header would end here.
    ['a: b\r\r\nc: d\n\ne\r\r\r\n', 'a: b\r\nc: d\r\n\r\ne\r\n'],
    ['a: b\n\nc\r', 'a: b\r\n\r\nc\r\n'],
    ['a: b\n\nc\r\r', 'a: b\r\n\r\nc\r\n'],
  ];
  for (const [text, wanted] of cases) {
    for (const blockBytes of [1, 2, 3, 1000]) {
      const message = await rendered(text, none, undefined, blockBytes);
      assert.equal(await wireText(message), wanted, `${JSON.stringify(text)} by ${blockBytes}`);
      const undotted = wanted.replace(/^\./gm, '');
      assert.equal(message.octets, undotted.length, `octets of ${JSON.stringify(text)}`);
    }
  }
});

test('a message is eight-bit where a byte is', async () => {
  assert.equal((await rendered('a: b\n\nplain\n')).eightBit, false);
  assert.equal((await rendered('a: b\n\nd\u00e9j\u00e0 vu\n')).eightBit, true);
});

test('holes are filled wherever the blocks are cut, held or streamed', async () => {
  const text =
    `To: ${holeText(mark, 'address')}\nX: {${mark}:unknown} {${mark}:} {${mark}\n\n` +
    `Dear ${holeText(mark, 'name')},\n${holeText(mark, 'name')}${holeText(mark, 'address')}\n` +
    `${holeText(mark, 'gone')}.\n{other:name}\nbye ${holeText(mark, 'name')}`;
  const names = ['address', 'name', 'gone'];
  const values = ['a@b.example', '.Zo\u00eb', ''];
  const wanted =
    `To: a@b.example\r\nX: {${mark}:unknown} {${mark}:} {${mark}\r\n\r\n` +
    'Dear .Zo\u00eb,\r\n..Zo\u00eba@b.example\r\n..\r\n{other:name}\r\nbye .Zo\u00eb\r\n';
  for (const heldBytes of [0, 100_000]) {
    for (let blockBytes = 1; blockBytes < 120; blockBytes++) {
      const message = await rendered(text, names, heldBytes, blockBytes);
      assert.equal(message.body.kind, heldBytes === 0 ? 'streamed' : 'held');
      assert.equal(await wireText(message, values), wanted, `blocks of ${blockBytes}`);
      assert.deepEqual(message.holes, [2, 3, 1]);
      const undotted = Buffer.byteLength(wanted.replace(/^\./gm, ''));
      assert.equal(octetsWith(message, values), undotted);
    }
  }
});

test('a value cannot break a line', async () => {
  const message = await rendered(`To: ${holeText(mark, 'to')}\n\n`, ['to']);
  for (const value of ['a\r\nBcc: b', 'a\nb', 'a\rb']) {
    await assert.rejects(async () => await wireText(message, [value]), /must not break the line/);
  }
  await assert.rejects(async () => await wireText(message, []), /without a value/);
});

test('a large message is streamed from its file, the same every time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'render-'));
  try {
    const path = join(folder, 'message.eml');
    const line = `${'x'.repeat(70)}\n`;
    const text = `To: ${holeText(mark, 'to')}\n\n${line.repeat(10_000)}`;
    await writeFile(path, text);
    const marks = { mark, names: ['to'] };
    const message = await renderMessage(messageFile(path), marks);
    assert.equal(message.body.kind, 'streamed');
    const wanted = text.replace(holeText(mark, 'to'), 'a@b').replaceAll('\n', '\r\n');
    assert.equal(await wireText(message, ['a@b']), wanted);
    assert.equal(await wireText(message, ['a@b']), wanted);
    assert.equal(octetsWith(message, ['a@b']), wanted.length);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('random messages come back as they went in', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`seed ${seed}`);
  let state = seed;
  const random = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state % below;
  };
  const alphabet = ['.', '.', 'a', '\r\n', '\r\n', '\u00e9', ' ', '{'];
  for (let round = 0; round < 300; round++) {
    let text = '';
    for (let i = random(60); i > 0; i--) text += alphabet[random(alphabet.length)] ?? '';
    const wanted = text === '' || text.endsWith('\r\n') ? text : `${text}\r\n`;
    const message = await rendered(text, ['x'], random(2) * 1000, 1 + random(20));
    const sent = await wireText(message, ['-']);
    assert.equal(sent.replace(/^\./gm, ''), wanted);
    assert(!`\r\n${sent}`.includes('\r\n.\r\n'), 'no end of message within');
  }
});
