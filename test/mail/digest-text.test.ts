import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pageOf } from '../../src/composers/digest-page.ts';
import { plainLines, shownItems, type TextDigest } from '../../src/mail/digest-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'listmill-digest-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function digestOf(...messages: readonly string[]): TextDigest {
  const items = messages.map((message, n) => {
    files += 1;
    const path = join(folder, `${files}.eml`);
    writeFileSync(path, message.replaceAll('\n', '\r\n'));
    return { path, number: n + 1, wide: false };
  });
  return {
    ...{ front: 'Front.\n', end: 'End of it', items, gone: '[gone]', cut: '[cut]', dense: false },
    attached: ({ name, type }) => `[${name} ${type}]`,
  };
}

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

const head = 'From: Ann <ann@x.example>\nSubject: food\n';

describe('a plain digest', () => {
  test('has the lines of RFC 1153, and none of a message passes for one', async () => {
    const line = '-'.repeat(30);
    const text = await textOf(plainLines(digestOf(`${head}\none\n${line}\ntwo\n`)));
    assert.equal(
      text,
      [
        'Front.',
        '',
        '-'.repeat(70),
        '',
        'Message: 1',
        'From: Ann <ann@x.example>',
        'Subject: food',
        '',
        'one',
        ` ${line}`,
        'two',
        '',
        line,
        '',
        'End of it',
        '*********',
        '',
      ].join('\n'),
    );
  });

  test('shows HTML as its text, names what is attached, and reads each charset', async () => {
    const mixed = [
      `${head}MIME-Version: 1.0`,
      'Content-Type: multipart/mixed; boundary=x',
      '',
      '--x',
      'Content-Type: multipart/alternative; boundary=y',
      '',
      '--y',
      'Content-Type: text/plain; charset=iso-8859-1',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Gr=FC=DFe',
      '--y',
      'Content-Type: text/html',
      '',
      '<p>not this one</p>',
      '--y--',
      '--x',
      'Content-Type: text/html',
      '',
      '<p>this <b>one</b></p>',
      '--x',
      'Content-Type: image/png; name="cat.png"',
      '',
      'AAAA',
      '--x--',
      '',
    ].join('\n');
    const text = await textOf(plainLines(digestOf(mixed)));
    assert.match(text, /\n\nGrüße\n\nthis one\n\n\[cat\.png image\/png\]\n/);
    assert.doesNotMatch(text, /not this one/);
  });

  test('has no field of an author that would pass for a message of its own', async () => {
    const evil = '=?utf-8?q?a=0A=0A------------------------------=0A=0AMessage:_9?=';
    const text = await textOf(
      plainLines(digestOf(`From: ann@x.example\nSubject: ${evil}\n\none\n`)),
    );
    assert.equal(text.match(/^Message: /gm)?.length, 1, text);
    assert.equal(text.match(/^-{30}$/gm)?.length, 1, text);
  });

  test('goes on without a message whose file is gone', async () => {
    const digest = digestOf(`${head}\none\n`, `${head}\ntwo\n`);
    rmSync(digest.items[0]?.path ?? '');
    const text = await textOf(plainLines(digest));
    assert.match(text, /Message: 1\n\n\[gone\]\n/);
    assert.match(text, /\n\ntwo\n/);
  });
});

test('the page of a digest takes nothing that people wrote for markup', async () => {
  const evil = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>';
  const digest = digestOf(
    `From: "${evil.replaceAll('"', '')}" <ann@x.example>\nSubject: ${evil}\n\n> ${evil}\nhttps://x.example/"onclick=alert(1)\n`,
  );
  const posting = { messageId: '', archived: false } as never;
  const line = { number: 1, posting, isAnswer: false, subject: evil, author: evil };
  const page = {
    ...{ language: 'en', title: evil, front: evil, end: evil, lines: [line], contents: '-' },
    ...{ attached: digest.attached, cut: '', linkTo: () => `https://x.example/${evil}` },
  };
  const html = await textOf(pageOf(page, shownItems(digest)));
  assert.doesNotMatch(html, /<script|<img/);
  const tags = html.match(/<[^>]*>/g) ?? [];
  for (const tag of tags)
    assert.doesNotMatch(tag.replaceAll(/"[^"]*"/g, ''), /\bon\w+=|script|img/, tag);
});
