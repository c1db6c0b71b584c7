import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { decorate } from '../../src/mail/decorate.ts';
import { parseHeaders } from '../../src/mail/headers.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const megabyte = 1_000_000;
const bodyBytes = 26 * megabyte;
/** The window is read ahead; beside it there is room for what is made of it, and a few chunks. */
const maxHeldBytes = 12 * megabyte;

function held(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const lines = Buffer.from(`${'QUJD'.repeat(19)}\r\n`.repeat(840));

function* largeBody(start: string): Generator<Buffer> {
  yield Buffer.from(start);
  for (let size = 0; size < bodyBytes; size += lines.length) yield Buffer.from(lines);
}

const kinds: readonly (readonly [type: string, encoding: string, start: string])[] = [
  [
    'multipart/mixed; boundary=b',
    '7bit',
    '--b\r\n\r\nHello\r\n--b\r\nContent-Type: image/png\r\n\r\n',
  ],
  ['multipart/mixed; boundary=b', '7bit', 'a long preamble\r\n'],
  ['multipart/alternative; boundary=b', '7bit', '--b\r\nContent-Type: text/html\r\n\r\n'],
  ['text/plain; charset=utf-8', '7bit', ''],
  ['text/plain; charset=utf-8', '8bit', ''],
  ['text/plain; charset=utf-8', 'quoted-printable', ''],
  ['text/plain; charset=utf-8', 'base64', ''],
  ['text/html; charset=utf-8', '7bit', '<body>'],
  ['application/pdf', 'base64', ''],
];

test('a message of 26 MB passes without being held', async () => {
  const transform = decorate({ header: 'Füße', footer: 'Füße' });
  for (const [type, encoding, start] of kinds) {
    const head = `Content-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n`;
    const before = held();
    let most = before;
    let size = 0;
    let next = 0;
    const { body } = await transform.run(
      parseHeaders(Buffer.from(head)),
      Readable.from(largeBody(start), { objectMode: false }),
    );
    for await (const chunk of body) {
      size += Buffer.byteLength(chunk);
      if (size < next) continue;
      most = Math.max(most, held());
      next = size + 2 * megabyte;
    }
    assert.ok(size > bodyBytes, `${type} ${encoding}: ${size}`);
    assert.ok(most - before < maxHeldBytes, `${type} ${encoding}: ${most - before} bytes held`);
  }
});

test('whoever stops reading lets go of the source too', async () => {
  for (const type of ['text/plain', 'multipart/mixed; boundary=b', 'image/png']) {
    const source = Readable.from(largeBody('--b\r\n\r\n'), { objectMode: false });
    const headers = parseHeaders(Buffer.from(`Content-Type: ${type}\r\n`));
    const { body } = await decorate({ header: '', footer: 'Bye' }).run(headers, source);
    body.destroy();
    if (!source.closed) await new Promise((resolve) => source.once('close', resolve));
    assert.ok(source.destroyed);
  }
});

test('an error of the source is an error of the result', async () => {
  function* broken(): Generator<Buffer> {
    for (let size = 0; size < 2 * megabyte; size += lines.length) yield lines;
    throw new Error('disk on fire');
  }
  for (const type of ['text/plain', 'multipart/mixed; boundary=b', 'image/png']) {
    const headers = parseHeaders(Buffer.from(`Content-Type: ${type}\r\n`));
    const source = Readable.from(broken(), { objectMode: false });
    const { body } = await decorate({ header: '', footer: 'Bye' }).run(headers, source);
    await assert.rejects(async () => {
      for await (const chunk of body) assert.ok(chunk);
    }, /disk on fire/);
  }
});
