import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { after, before, test } from 'node:test';
import {
  bodyStream,
  firstLines,
  isBroken,
  type Message,
  readMessage,
  writeMessage,
} from '../../src/mail/message.ts';

let folder = '';
let count = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'listmill-message-'));
});
after(() => rm(folder, { recursive: true }));

async function file(content: string | Buffer): Promise<string> {
  const path = join(folder, `${count++}.eml`);
  await writeFile(path, typeof content === 'string' ? Buffer.from(content, 'latin1') : content);
  return path;
}

async function message(content: string | Buffer): Promise<Message> {
  const read = await readMessage(await file(content));
  assert(!isBroken(read), isBroken(read) ? read.reason : '');
  return read;
}

async function bytesOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}

async function written(
  headers: Message['headers'],
  body: Message['body'] | Readable,
): Promise<string> {
  const chunks: Buffer[] = [];
  const out = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, done) {
      chunks.push(chunk);
      setImmediate(done);
    },
  });
  await writeMessage(headers, body, out);
  return Buffer.concat(chunks).toString('latin1');
}

test('a message is a header and the range of its body', async () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['A: 1\r\nB: 2\r\n\r\nbody\r\n', 'A: 1\r\nB: 2\r\n', 'body\r\n'],
    ['A: 1\n\nbody', 'A: 1\n', 'body'],
    ['A: 1\r\n\nbody', 'A: 1\r\n', 'body'],
    ['A: 1\n\r\nbody', 'A: 1\n', 'body'],
    ['A: 1\r\n\r\n\r\n\r\nbody', 'A: 1\r\n', '\r\n\r\nbody'],
    ['A: 1\r\n\r\n', 'A: 1\r\n', ''],
    ['A: 1\r\n', 'A: 1\r\n', ''],
    ['A: 1', 'A: 1', ''],
    ['A: 1\r\n \r\nB: 2\r\n\r\nx', 'A: 1\r\n \r\nB: 2\r\n', 'x'],
  ];
  for (const [content, header, body] of cases) {
    const read = await message(content);
    assert.equal(read.headers.bytes().toString('latin1'), header);
    assert.equal(await bytesOf(bodyStream(read.body)), body);
  }
});

test('the line before a message that tells who sent it is none of its fields', async () => {
  const fields = 'From: ann@x.example\r\nSubject: food\r\n';
  for (const line of ['From ann@x.example Tue Nov 24 20:00:00 2026\n', '>From ann@x.example\r\n']) {
    const { headers, body } = await message(`${line}${fields}\r\nHerring.\r\n`);
    assert.equal(headers.bytes().toString(), fields);
    assert.equal(await bytesOf(bodyStream(body)), 'Herring.\r\n');
  }
  const obsolete = await message('From : ann@x.example\r\nSubject: food\r\n\r\n');
  assert.equal(obsolete.headers.get('from'), 'ann@x.example');
  const alone = await readMessage(await file('From ann@x.example Tue Nov 24\n\nHerring.\n'));
  assert(isBroken(alone));
});

test('the blank line is found wherever a read ends', async () => {
  for (let size = 16_370; size < 16_390; size++) {
    const header = `A: ${'x'.repeat(size)}\r\n`;
    const read = await message(`${header}\r\nbody`);
    assert.equal(read.headers.bytes().length, header.length);
    assert.equal(await bytesOf(bodyStream(read.body)), 'body');
  }
});

test('what is no message is told with a reason', async () => {
  const cases: readonly (readonly [string | Buffer, RegExp])[] = [
    ['', /empty/],
    ['\r\nbody', /no header field/],
    ['\nbody', /no header field/],
    ['just some text\nand more\n\n', /no header field/],
    ['A: 1\r\nB: \u0000\r\n\r\n', /NUL/],
    [Buffer.alloc(10_000_000, 'x'), /longer than 262144/],
    [
      Buffer.concat([Buffer.from('A: '), Buffer.alloc(10_000_000, 'a b\r\n ')]),
      /longer than 262144/,
    ],
    ['A: b\r\n'.repeat(10_000), /10000 fields; the limit is 1000/],
    ['\r'.repeat(1000), /no header field/],
  ];
  for (const [content, reason] of cases) {
    const read = await readMessage(await file(content));
    assert(isBroken(read));
    assert.match(read.reason, reason);
  }
});

test('a header right at the limit is taken', async () => {
  const path = await file('A: 12345\r\n\r\nbody');
  assert(!isBroken(await readMessage(path, { maxHeaderBytes: 10, maxHeaderFields: 1 })));
  assert(isBroken(await readMessage(path, { maxHeaderBytes: 9 })));
  assert(isBroken(await readMessage(path, { maxHeaderFields: 0 })));
});

test('a file that cannot be read is an error of the disk, not of the message', async () => {
  await assert.rejects(readMessage(join(folder, 'missing')), { code: 'ENOENT' });
});

test('a message that is written is the message that was read', async () => {
  for (const content of ['A: 1\r\n\r\nbody\r\n', 'A: 1\n\nx\ny', 'A: \u00fc\r\n\r\n\u00ff\u0000']) {
    const read = await message(content);
    assert.equal(await written(read.headers, read.body), content);
  }
  const big = `A: 1\r\n\r\n${'0123456789'.repeat(50_000)}`;
  const read = await message(big);
  assert.equal(await written(read.headers, read.body), big);
  assert.equal(await written(read.headers, Readable.from([Buffer.from('x')])), 'A: 1\r\n\r\nx');
});

test('a write that fails is an error, not a wait', async () => {
  const read = await message('A: 1\r\n\r\nbody');
  const out = new Writable({
    write(_chunk, _encoding, done) {
      done(new Error('no space'));
    },
    highWaterMark: 1,
  });
  await assert.rejects(writeMessage(read.headers, read.body, out), /no space/);
});

test('a destination that goes away is an error, not a wait', async () => {
  const read = await message(`A: 1\r\n\r\n${'x'.repeat(1_000_000)}`);
  const out = new Writable({
    write(_chunk, _encoding, done) {
      setImmediate(() => {
        out.destroy();
        done();
      });
    },
  });
  await assert.rejects(writeMessage(read.headers, read.body, out), /close/i);
});

test('the first lines come from the first text that is for reading, decoded', async () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['A: 1\n\none\ntwo\nthree', ['one', 'two']],
    ['Content-Type: text/plain; charset=iso-8859-1\n\n\u00fc\r\nx', ['ü', 'x']],
    [
      'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nw7wKeA==',
      ['ü', 'x'],
    ],
    ['Content-Transfer-Encoding: quoted-printable\n\n=C3=BC=\nb\nx', ['üb', 'x']],
    ['Content-Type: text/html\n\n<p>', []],
    [
      'Content-Type: multipart/mixed; boundary=b\n\npreamble\n--b\nContent-Type: text/html\n\n<p>\n' +
        '--b\nContent-Disposition: attachment\n\nno\n--b\n\nyes\n--b--\n',
      ['yes'],
    ],
    [
      'Content-Type: multipart/mixed; boundary=b\n\n--b\n' +
        'Content-Type: multipart/alternative; boundary=c\n\n--c\n\ninner\n--c--\n--b--\n',
      ['inner'],
    ],
  ];
  for (const [content, lines] of cases) {
    assert.deepEqual(await firstLines(await message(content), 2), lines, content);
  }
});

test('the first lines of a huge body cost a bounded read', async () => {
  const read = await message(`A: 1\n\nfirst\n${'x'.repeat(5_000_000)}`);
  const lines = await firstLines(read, 5, 1000);
  assert.equal(lines[0], 'first');
  assert((lines[1]?.length ?? 0) <= 1000);
});
