import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { parseHeaders } from '../../src/mail/headers.ts';
import { type MimeEvent, type MimeLimits, walkMime } from '../../src/mail/mime.ts';
import { chanceOf, newSeed } from './chance.ts';

/** All events of a message given as text, its body cut as told. */
async function walk(
  text: string,
  limits: MimeLimits = {},
  cut: (body: Buffer) => Iterable<Buffer> = (body) => [body],
): Promise<MimeEvent[]> {
  const bytes = Buffer.from(text, 'latin1');
  const blank = /(?<=\n)\r?\n/.exec(text);
  const headers = parseHeaders(bytes.subarray(0, blank?.index ?? bytes.length));
  const body = bytes.subarray(blank ? blank.index + blank[0].length : bytes.length);
  const events: MimeEvent[] = [];
  const source = Readable.from(cut(body), { objectMode: false });
  for await (const event of walkMime({ headers, body: source }, limits)) events.push(event);
  return events;
}

function bytesOf(events: readonly MimeEvent[]): string {
  const all = events.map((event) => (event.kind === 'verdict' ? Buffer.alloc(0) : event.bytes));
  return Buffer.concat(all).toString('latin1');
}

function outline(events: readonly MimeEvent[]): string[] {
  return events.flatMap((event) =>
    event.kind === 'part' ? [`${event.part.depth} ${event.part.type}/${event.part.subtype}`] : [],
  );
}

const nested = [
  'Content-Type: multipart/mixed; boundary=out',
  '',
  'preamble',
  '--out',
  'Content-Type: multipart/alternative; boundary="in"',
  '',
  '--in',
  '',
  'plain',
  '--in',
  'Content-Type: text/html; charset=utf-8',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  '<p>=C3=BC',
  '--in--',
  '',
  '--out',
  'Content-Type: application/pdf; name="a.pdf"',
  'Content-Disposition: attachment',
  'Content-Transfer-Encoding: base64',
  '',
  'AAAA',
  '--out--',
  'epilogue',
  '',
].join('\r\n');

test('a message is walked part by part, and its bytes are all there', async () => {
  const events = await walk(nested);
  assert.equal(bytesOf(events), nested);
  assert.deepEqual(outline(events), [
    '0 multipart/mixed',
    '1 multipart/alternative',
    '2 text/plain',
    '2 text/html',
    '1 application/pdf',
  ]);
  const parts = events.flatMap((event) => (event.kind === 'part' ? [event.part] : []));
  assert.deepEqual(
    parts.map((part) => part.container),
    [true, true, false, false, false],
  );
  assert.equal(parts[3]?.encoding, 'quoted-printable');
  assert.equal(parts[3]?.parent, parts[1]);
  assert.equal(parts[4]?.filename, 'a.pdf');
  assert.equal(parts[4]?.disposition, 'attachment');
  assert.equal(parts[3]?.headers.get('Content-Type'), 'text/html; charset=utf-8');
  const html = events.filter((event) => event.kind === 'content' && event.part === parts[3]);
  assert.equal(bytesOf(html), '<p>=C3=BC');
});

test('a decoder undoes the transfer encoding', async () => {
  for (const event of await walk('Content-Transfer-Encoding: base64\n\nw7w=')) {
    if (event.kind !== 'content') continue;
    const decoder = event.part.decoder();
    decoder.end(event.bytes);
    const chunks: Buffer[] = [];
    for await (const chunk of decoder) chunks.push(chunk);
    assert.equal(Buffer.concat(chunks).toString(), 'ü');
  }
});

test('an attached message is a leaf unless asked for', async () => {
  const text = 'Content-Type: message/rfc822\n\nSubject: in\n\nbody\n';
  assert.deepEqual(outline(await walk(text)), ['0 message/rfc822']);
  const inside = await walk(text, { embedded: true });
  assert.deepEqual(outline(inside), ['0 message/rfc822', '1 text/plain']);
  assert.equal(bytesOf(inside), text);
});

test('a message deeper, wider or heavier than the limits gets a verdict', async () => {
  let deep = '';
  for (let i = 0; i < 200; i++)
    deep += `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n`;
  const wide = `Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\nx\n'.repeat(1500)}`;
  const heavy = `Content-Type: multipart/mixed; boundary=b\n\n--b\nX: ${'y '.repeat(200_000)}\n\nx`;
  const cases: readonly (readonly [string, string])[] = [
    [deep, 'too-deep'],
    [wide, 'too-many-parts'],
    [heavy, 'part-header-too-large'],
  ];
  for (const [text, verdict] of cases) {
    const last = (await walk(text)).at(-1);
    assert(last?.kind === 'verdict');
    assert.equal(last.verdict, verdict);
    assert.match(last.reason, /\d.*\.$/);
  }
});

test('a line without end passes in pieces', async () => {
  const text = `Content-Type: text/plain\n\n${'x'.repeat(3_000_000)}`;
  const events = await walk(text, {}, function* (body) {
    for (let at = 0; at < body.length; at += 65_536) yield body.subarray(at, at + 65_536);
  });
  assert.equal(bytesOf(events), text);
  for (const event of events) {
    if (event.kind === 'content') assert(event.bytes.length <= 200_000);
  }
});

test('a part header cut short by the next boundary is kept', async () => {
  const start = 'Content-Type: multipart/mixed; boundary=b\n\n--b\nX-Lost: ';
  for (const end of [
    '1\n--b\n\nx\n--b--\n',
    '1\n--b--\n',
    '1',
    '1\n',
    '1\n--b\n--b\n--b\nA: 2\n--b--',
  ]) {
    const events = await walk(start + end);
    assert.equal(bytesOf(events), start + end);
    assert.equal(events.at(-1)?.kind === 'verdict', false);
  }
});

test('reading stops when the walker leaves, and a failing source is an error', async () => {
  let read = 0;
  const endless = Readable.from(
    (async function* () {
      for (;;) {
        read++;
        yield Buffer.from('x\n'.repeat(1000));
      }
    })(),
    { objectMode: false },
  );
  const headers = parseHeaders(Buffer.from('A: 1\n'));
  for await (const event of walkMime({ headers, body: endless })) {
    if (event.kind === 'content') break;
  }
  assert(endless.destroyed);
  assert(read < 1000);
  const failing = new Readable({
    read() {
      this.destroy(new Error('disk gone'));
    },
  });
  await assert.rejects(async () => {
    for await (const _ of walkMime({ headers, body: failing }));
  }, /disk gone/);
});

test('whatever the parts look like and however they arrive, no byte is lost', async () => {
  const seed = newSeed();
  console.log(`seed ${seed}`);
  const chance = chanceOf(seed);
  const bits = [
    '--a',
    '--b',
    '--a--',
    '--b--',
    '\n',
    '\r\n',
    '\r',
    '\n\n',
    '\r\n\r\n',
    'x',
    ' ',
    'X: y',
    '-',
  ];
  const types = ['a', 'b'].map((name) => `Content-Type: multipart/mixed; boundary=${name}\n`);
  const rounds = 1000;
  const lines = [...types, 'Content-Type: message/rfc822\n', 'Content-Transfer-Encoding: base64\n'];
  for (let i = 0; i < rounds; i++) {
    let text = `${chance.pick(types)}\n`;
    for (let n = chance.number(40); n > 0; n--)
      text += chance.pick(chance.number(4) === 0 ? lines : bits);
    const largest = chance.pick([1, 12, 1000]);
    const cut = function* (body: Buffer): Generator<Buffer> {
      for (let at = 0; at < body.length; ) {
        const size = 1 + chance.number(largest);
        yield body.subarray(at, at + size);
        at += size;
      }
    };
    const events = await walk(text, { embedded: chance.number(2) === 0 }, cut);
    assert.notEqual(events.at(-1)?.kind, 'verdict', JSON.stringify(text));
    assert.equal(bytesOf(events), text, JSON.stringify(text));
  }
});
