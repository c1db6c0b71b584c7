import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Address, parseAddress } from '../../src/mail/address.ts';
import { type Composition, compose } from '../../src/mail/compose.ts';
import { firstLines, isBroken, type Message, readMessage } from '../../src/mail/message.ts';
import { walkMime } from '../../src/mail/mime.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'listmill-compose-'));
});
after(() => rm(folder, { recursive: true }));

function address(text: string): Address {
  const parsed = parseAddress(text);
  assert(parsed, text);
  return parsed;
}

const plain: Composition = {
  from: { name: 'Dev, the list', address: address('dev-bounces@example.com') },
  to: [{ address: address('anne@example.org') }],
  subject: 'Welcome',
  text: 'Hello,\nthis is plain.\n',
  messageId: '<abc@example.com>',
  date: 1_700_000_000_000,
};

async function read(bytes: Buffer): Promise<Message> {
  const path = join(folder, 'composed.eml');
  await writeFile(path, bytes);
  const message = await readMessage(path);
  assert(!isBroken(message));
  return message;
}

test('a short notice is the bytes one expects', async () => {
  assert.equal(
    (await compose(plain)).toString(),
    [
      'From: "Dev, the list" <dev-bounces@example.com>',
      'To: anne@example.org',
      'Subject: Welcome',
      'Message-ID: <abc@example.com>',
      'Date: Tue, 14 Nov 2023 22:13:20 +0000',
      'Content-Transfer-Encoding: 7bit',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      '',
      'Hello,',
      'this is plain.',
      '',
    ].join('\r\n'),
  );
});

test('all that is asked for is there, encoded where it must be', async () => {
  const message = await read(
    await compose({
      ...plain,
      subject: 'Ihre Größe\r\nBcc: evil@example.org',
      to: [{ name: 'Jörg', address: address('j@x.y') }, { address: address('k@x.y') }],
      replyTo: { address: address('dev-request@example.com') },
      text: `Grüße ${'lang '.repeat(500)}`,
      language: 'de',
      inReplyTo: '<q@x.y>',
      references: ['<p@x.y>', '<q@x.y>'],
      autoSubmitted: 'auto-replied',
      precedence: 'bulk',
      headers: { 'List-Id': '"Größe" <dev.example.com>', 'X-Ack': 'no', 'X-Evil': 'a\r\n\r\nb' },
    }),
  );
  const { headers } = message;
  assert(!headers.has('Bcc'));
  assert.equal(headers.get('Subject'), 'Ihre Größe Bcc: evil@example.org');
  assert.deepEqual(headers.raw('To'), ['=?utf-8?q?J=C3=B6rg?= <j@x.y>, k@x.y']);
  assert.equal(headers.get('Reply-To'), 'dev-request@example.com');
  assert.equal(headers.get('References'), '<p@x.y> <q@x.y>');
  assert.equal(headers.get('In-Reply-To'), '<q@x.y>');
  assert.equal(headers.get('Auto-Submitted'), 'auto-replied');
  assert.equal(headers.get('Precedence'), 'bulk');
  assert.equal(headers.get('Content-Language'), 'de');
  assert.equal(headers.get('X-Evil'), 'a b');
  assert.match((await firstLines(message, 1))[0] ?? '', /^Grüße lang lang /);
});

test('the same composition gives the same bytes', async () => {
  const path = join(folder, 'original.eml');
  await writeFile(path, 'Subject: first\r\nX: \u00fc\r\n\r\nbody');
  const composition = { ...plain, attachOriginal: { path, start: 0, end: 25 } };
  assert((await compose(composition)).equals(await compose(composition)));
});

test('the header of what it is about is attached, not its body', async () => {
  const path = join(folder, 'original.eml');
  await writeFile(path, 'Subject: first\r\nTo: a@b\r\n\r\nsecret body');
  const message = await read(
    await compose({ ...plain, attachOriginal: { path, start: 0, end: 25 } }),
  );
  const types: string[] = [];
  let attached = '';
  for await (const event of walkMime(message)) {
    if (event.kind === 'part') types.push(`${event.part.type}/${event.part.subtype}`);
    if (event.kind === 'content' && event.part.subtype === 'rfc822-headers')
      attached += event.bytes;
  }
  assert.deepEqual(types, ['multipart/mixed', 'text/plain', 'text/rfc822-headers']);
  assert.equal(attached, 'Subject: first\r\nTo: a@b\r\n');
  assert.deepEqual(await firstLines(message, 1), ['Hello,']);
});

test('an original with bytes outside ASCII is encoded so that it passes anywhere', async () => {
  const path = join(folder, 'original.eml');
  await writeFile(path, Buffer.from('Subject: f\u00fcr\r\n\r\n', 'latin1'));
  const bytes = await compose({ ...plain, attachOriginal: { path, start: 0, end: 14 } });
  assert.match(bytes.toString('latin1'), /quoted-printable.*Subject: f=FCr\r\n/s);
});

test('a text is only text, whatever it looks like', async () => {
  const bytes = await compose({
    ...plain,
    text: '/etc/passwd\n.\nFrom me\n--x\nhttp://example.com\n',
  });
  const message = await read(bytes);
  assert.deepEqual(await firstLines(message, 3), ['/etc/passwd', '.', 'From me']);
});
