import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, describe, test } from 'node:test';
import { simpleParser } from 'mailparser';
import { type DigestItem, mimeDigest } from '../../src/mail/digest-mime.ts';
import { noHeaders } from '../../src/mail/headers.ts';
import { messageBytes } from '../../src/mail/range.ts';
import { message } from './decorated.ts';

const folder = mkdtempSync(join(tmpdir(), 'listmill-digest-mime-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function itemOf(bytes: Buffer | string, number: number): DigestItem {
  files += 1;
  const path = join(folder, `${files}.eml`);
  writeFileSync(path, bytes);
  return { path, number, wide: Buffer.from(bytes).some((byte) => byte > 127) };
}

const boundary = '=_outer';

async function digestOf(
  items: readonly DigestItem[],
  words: { readonly front?: string; readonly end?: string } = {},
): Promise<Buffer> {
  const all = { front: 'Topics:\n\n 1. food\n', end: 'End of it', gone: '[gone]', ...words };
  const head = noHeaders.addRaw('Subject', 'cats Digest').addRaw('Content-Type', 'text/x-old');
  const made = await mimeDigest({ ...all, items, boundary }).run(head, Readable.from([]));
  const chunks: Buffer[] = [];
  for await (const chunk of messageBytes(made.headers, made.body as Readable)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

type Part = { readonly head: string; readonly body: string };

/** Header, and body by bytes, of a message or part. */
function partOf(text: string): Part {
  const at = text.startsWith('\r\n') ? 0 : text.indexOf('\r\n\r\n') + 2;
  return { head: text.slice(0, at), body: text.slice(at + 2) };
}

/** What a multipart is made of, read as RFC 2046 says: a line that begins so is a delimiter. */
function partsOf({ head, body }: Part): readonly Part[] {
  const name = /boundary="([^"]+)"/.exec(head)?.[1];
  assert(name !== undefined, head);
  const pieces = `\r\n${body}`.split(`\r\n--${name}`);
  assert.equal(pieces[0], '', 'nothing stands before the first part');
  assert.equal(pieces.at(-1), '--\r\n', 'nothing stands behind the last part');
  return pieces.slice(1, -1).map((piece) => {
    assert(piece.startsWith('\r\n'), 'no other delimiter begins like this one');
    return partOf(piece.slice(2));
  });
}

async function read(items: readonly DigestItem[], words?: Parameters<typeof digestOf>[1]) {
  const bytes = await digestOf(items, words);
  const whole = partOf(bytes.toString('latin1'));
  const [front, digest, end, ...more] = partsOf(whole);
  assert(front && digest && end);
  assert.deepEqual(more, []);
  // The last line end in front of the outer delimiter is the digest's own.
  return { bytes, whole, front, digest, end, inner: partsOf(digest) };
}

const food = message(
  'Received: from x.example',
  'DKIM-Signature: v=1; d=x.example',
  'List-Id: <cats.example.com>',
  'Precedence: list',
  'X-Mailer: claws',
  'Date: Tue, 24 Nov 2026 10:00:00 +0000',
  'From: Ann <ann@x.example>',
  'Sender: desk@x.example',
  'To: cats@example.com',
  'Cc: bob@x.example',
  'Reply-To: ann@y.example',
  'Subject: a subject that is',
  ' folded by its author',
  'Message-ID: <1@x.example>',
  'In-Reply-To: <0@x.example>',
  'References: <0@x.example>',
  'Keywords: mice',
  'Message: 99',
  'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=us-ascii',
  'Content-Language: en',
  '',
  'About food.',
  '--=_other',
);
const wide = Buffer.concat([
  Buffer.from(
    message(
      'From: =?iso-8859-1?q?J=F6rg?= <joerg@x.example>',
      'Subject: =?iso-8859-1?q?K=E4se?=',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=iso-8859-1',
      'Content-Transfer-Encoding: 8bit',
      '',
    ),
  ),
  Buffer.from('Käse ohne Zeilenende', 'latin1'),
]);

describe('a MIME digest', () => {
  test('has the words in front, the messages, and the end, each as a part that is shown', async () => {
    const { whole, front, digest, end, inner } = await read([itemOf(food, 1), itemOf(food, 2)]);
    assert.match(whole.head, /^Subject: cats Digest\r\n/);
    assert.match(whole.head, /\r\nMIME-Version: 1\.0\r\n/);
    assert.equal(whole.head.match(/^Content-Type: multipart\/mixed;/gm)?.length, 1);
    assert.doesNotMatch(whole.head, /text\/x-old|Content-Transfer-Encoding/);
    assert.match(front.head, /^Content-Type: text\/plain; charset=us-ascii\r\n/);
    assert.equal(front.body, 'Topics:\r\n\r\n 1. food\r\n');
    assert.match(digest.head, /^Content-Type: multipart\/digest; boundary="[^"]+"\r\n$/);
    assert.match(end.head, /^Content-Type: text\/plain; /);
    assert.equal(end.body, 'End of it\r\n');
    assert.deepEqual(
      inner.map(({ head }) => head),
      Array.from({ length: 2 }, () => 'Content-Type: message/rfc822\r\n'),
    );
  });

  test('keeps of a header what readers need, as it was written, and says the number', async () => {
    const { inner } = await read([itemOf(food, 7)]);
    const { head, body } = partOf(inner[0]?.body ?? '');
    const kept = food
      .slice(food.indexOf('Date:'), food.indexOf('\r\n\r\n') + 2)
      .replace('Message: 99\r\n', '');
    assert.equal(head, `${kept}Message: 7\r\n`);
    assert.equal(body, food.slice(food.indexOf('\r\n\r\n') + 4));
  });

  test('says of eight bits in each part around them, and leaves the bytes and the charset', async () => {
    const { bytes, whole, digest, inner } = await read([itemOf(food, 1), itemOf(wide, 2)]);
    for (const { head } of [whole, digest]) {
      assert.match(head, /\r\nContent-Transfer-Encoding: 8bit\r\n$/);
    }
    const [narrow, eight] = inner;
    assert.equal(narrow?.head, 'Content-Type: message/rfc822\r\n');
    assert.match(eight?.head ?? '', /\r\nContent-Transfer-Encoding: 8bit\r\n$/);
    const { head, body } = partOf(eight?.body ?? '');
    assert.equal(body, 'Käse ohne Zeilenende');
    assert.match(head, /^Content-Type: text\/plain; charset=iso-8859-1\r$/m);
    const parsed = await simpleParser(bytes);
    const messages = await Promise.all(
      parsed.attachments.map(async ({ contentType, content }) => {
        assert.equal(contentType, 'message/rfc822');
        return await simpleParser(content);
      }),
    );
    assert.deepEqual(
      messages.map(({ subject, headers, text }) => [subject, headers.get('message'), text?.trim()]),
      [
        ['a subject that is folded by its author', '1', 'About food.\n--=_other'],
        ['Käse', '2', 'Käse ohne Zeilenende'],
      ],
    );
    assert.equal(messages[1]?.from?.value[0]?.name, 'Jörg');
  });

  test('writes its own words in seven bits, whatever letters they have', async () => {
    const words = { front: 'Heutige Themen: Käse\n', end: 'Ende von Käse' };
    const { bytes, front } = await read([itemOf(food, 1)], words);
    assert(bytes.every((byte) => byte < 128));
    assert.match(front.head, /charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n/);
    const { text = '' } = await simpleParser(bytes);
    assert.match(text, /Heutige Themen: Käse[\s\S]*Ende von Käse/);
  });

  test('holds a message of many parts, even one that was cut off, without harm to the next', async () => {
    const cut = message(
      'From: ann@x.example',
      'Content-Type: multipart/mixed; boundary=x',
      '',
      '--x',
      '',
      'one',
    );
    const { inner } = await read([itemOf(cut, 1), itemOf(food, 2)]);
    assert.match(partOf(inner[0]?.body ?? '').body, /^--x\r\n\r\none\r\n$/);
    assert.match(inner[1]?.body ?? '', /^Message: 2\r$/m);
  });

  test('says so in place of a message whose file is gone, or is none', async () => {
    const gone = itemOf(food, 1);
    rmSync(gone.path);
    const { inner } = await read([gone, itemOf('', 2), itemOf(food, 3)]);
    for (const part of inner.slice(0, 2)) {
      assert.match(part.head, /^Content-Type: text\/plain; /);
      assert.equal(part.body, '[gone]\r\n');
    }
    assert.match(inner[2]?.body ?? '', /^Message: 3\r$/m);
  });
});
