import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { simpleParser } from 'mailparser';
import { verifyDkim } from '../../src/mail/dkim/verify.ts';
import { isBroken, readMessage } from '../../src/mail/message.ts';
import { corpusFiles, needsCorpus } from '../mail/corpus.ts';
import { testKey, zoneOf } from '../mail/dkim/keys.ts';
import { copiesOf } from './copying.ts';

const folder = mkdtempSync(join(tmpdir(), 'listmill-narrow-'));
after(() => rmSync(folder, { recursive: true }));
const binary = Buffer.from(Array.from({ length: 500 }, (_, n) => n % 256));
const wide = Buffer.concat([
  Buffer.from(
    [
      'From: Åse <ase@example.net>',
      'To: cats@example.com',
      'Subject: Käse',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=x',
      'Content-Transfer-Encoding: 8bit',
      '',
      '--x',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      'Käse = 1 ',
      '--x',
      'Content-Type: message/rfc822',
      'Content-Transfer-Encoding: 8bit',
      '',
      'From: x@y.example',
      'Subject: inner',
      'Content-Type: text/html; charset=iso-8859-1',
      '',
      '',
    ].join('\r\n'),
  ),
  Buffer.from('<p>Käse</p>\r\n--x\r\n', 'latin1'),
  Buffer.from('Content-Type: application/x; name=x\r\nContent-Transfer-Encoding: binary\r\n\r\n'),
  binary,
  Buffer.from('\r\n--x\r\nContent-Type: text/plain\r\n\r\nplain ASCII\r\n--x--\r\n'),
]);
const offers = ['PIPELINING'];

const isNarrow = (bytes: Buffer | undefined) => bytes?.every((byte) => byte < 0x80);

describe('an MTA without 8BITMIME', () => {
  test('gets the same message in seven bits', async () => {
    const { bodies, commands } = await copiesOf({ message: wide, settings: {}, offers });
    const [copy] = bodies;
    assert(isNarrow(copy));
    assert(commands.every((line) => !line.includes('BODY=')));
    const parsed = await simpleParser(copy ?? '');
    assert.equal(parsed.subject, 'Käse');
    assert.equal(parsed.from?.text, '"Åse" <ase@example.net>');
    assert.match(parsed.text ?? '', /Käse = 1/);
    const text = copy?.toString() ?? '';
    assert.match(text, /<p>K=E4se<\/p>/);
    assert.match(text, /\r\nplain ASCII\r\n/);
    const content = parsed.attachments.find(({ filename }) => filename === 'x')?.content;
    assert.deepEqual(content?.subarray(0, binary.length), binary);
  });

  test('while others get it as it came', async () => {
    const { bodies, commands } = await copiesOf({ message: wide, settings: {} });
    assert(!isNarrow(bodies[0]));
    assert(commands.some((line) => line.includes('BODY=8BITMIME')));
  });

  test('gets each recipient his own copy all the same', async () => {
    const settings = { personalize: 'full', footer: '{{ address }}' } as const;
    const people = [
      ['a@a.example', 1],
      ['b@b.example', 2],
    ] as const;
    const { bodies } = await copiesOf({ message: wide, settings, people, offers });
    for (const [n, copy] of bodies.entries()) {
      assert(isNarrow(copy));
      assert(copy.includes(people[n]?.[0] ?? '-'));
    }
  });
});

test('what is signed is in seven bits for everybody, so that nobody on the way need touch it', async () => {
  const keys = [testKey('ed25519')];
  const { bodies } = await copiesOf({ message: wide, settings: {}, keys });
  assert(isNarrow(bodies[0]));
  const path = join(folder, 'm.eml');
  writeFileSync(path, bodies[0] ?? '');
  const message = await readMessage(path);
  assert(!isBroken(message));
  assert.equal((await verifyDkim(message, zoneOf(...keys), 0))[0]?.result, 'pass');
});

test('real eight-bit mail says the same in seven', needsCorpus, async () => {
  let count = 0;
  for (const path of corpusFiles('messages')) {
    const message = readFileSync(path);
    if (message.length > 50_000 || isNarrow(message) || count >= 25) continue;
    const came = (await copiesOf({ message, settings: {} })).bodies[0];
    const copy = (await copiesOf({ message, settings: {}, offers })).bodies[0];
    assert(came && copy);
    count += 1;
    const [before, now] = [await simpleParser(came), await simpleParser(copy)];
    assert.equal(now.text?.trimEnd(), before.text?.trimEnd(), path);
    assert.equal(now.attachments.length, before.attachments.length, path);
  }
  assert(count > 5, `${count} messages`);
});
