import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simpleParser } from 'mailparser';
import { decorated, message } from './decorated.ts';

const mixedHead = 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="a b"\r\n\r\n';
const inline = (text: string, lineEnd = '\r\n'): string =>
  [
    'Content-Type: text/plain; charset=us-ascii',
    'Content-Transfer-Encoding: 7bit',
    'Content-Disposition: inline',
    '',
    text,
    '',
    '',
  ].join(lineEnd);

const cases: readonly (readonly [before: string, after: string])[] = [
  [
    'preamble\r\n--a b\r\n\r\none\r\n--a b\r\n\r\ntwo\r\n\r\n--a b--\r\nepilogue\r\n--a b--\r\n',
    'preamble\r\n[T]--a b\r\n\r\none\r\n--a b\r\n\r\ntwo\r\n\r\n' +
      '[B]--a b--\r\nepilogue\r\n--a b--\r\n',
  ],
  ['--a b  \r\n\r\none\r\n--a b--', '[T]--a b  \r\n\r\none\r\n[B]--a b--'],
  // No closing delimiter: cut off, or a writer that never learnt it.
  ['--a b\r\n\r\none\r\n', '[T]--a b\r\n\r\none\r\n\r\n[B]--a b--\r\n'],
  ['--a b\r\n\r\none', '[T]--a b\r\n\r\none\r\n[B]--a b--\r\n'],
  ['--a b\r\n\r\none\r\n--a b', '[T]--a b\r\n\r\none\r\n--a b\r\n[B]--a b--\r\n'],
  // Not delimiters: a longer boundary, one within a line.
  [
    '--a b\r\n\r\n--a b c\r\n --a b\r\nx--a b--\r\n--a b-- x\r\n--a b--\r\n',
    '[T]--a b\r\n\r\n--a b c\r\n --a b\r\nx--a b--\r\n--a b-- x\r\n[B]--a b--\r\n',
  ],
];

test('checklist 19: mixed mail gets two more parts, all else keeps its bytes', async () => {
  const top = `--a b\r\n${inline('Top')}`;
  const bottom = `--a b\r\n${inline('Bottom')}`;
  for (const [before, after] of cases) {
    for (const size of [1, 2, 3, 5, 7, 1000]) {
      const done = await decorated(mixedHead + before, { header: 'Top', footer: 'Bottom' }, size);
      assert.equal(done.toString(), mixedHead + after.replace('[T]', top).replace('[B]', bottom));
    }
  }
});

test('a text that is not ASCII is a part in UTF-8, in the shorter encoding', async () => {
  const body = '--a b\n\none\n--a b--\n';
  const done = await decorated(mixedHead + body, { header: 'Fußzeile for all', footer: 'подвал' });
  const text = done.toString();
  assert.ok(text.includes('charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n'));
  assert.ok(text.includes('\n\nFu=C3=9Fzeile for all\n\n--a b\n'));
  assert.ok(text.includes('charset=utf-8\nContent-Transfer-Encoding: base64\n'));
  const parsed = await simpleParser(done);
  assert.equal(parsed.text?.replace(/\n+/g, '\n'), 'Fußzeile for all\none\nподвал\n');
});

const alternative = (plain: readonly string[], html: readonly string[]): string =>
  message(
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative; boundary=b',
    '',
    'preamble',
    '--b',
    ...plain,
    '--b',
    ...html,
    '--b--',
    'epilogue',
  );

test('checklist 19: both sides of an alternative are added to, each in its own way', async () => {
  const before = alternative(
    [
      'Content-Type: text/plain; charset=iso-8859-1',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'K=E4se',
    ],
    [
      'Content-Type: text/html; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from('<body>Käse</body>').toString('base64'),
    ],
  );
  const done = await decorated(before, { header: 'Oben', footer: 'Füße' });
  const { text, html } = await simpleParser(done);
  assert.equal(text, 'Oben\nKäse\nFüße\n');
  const page = (html || '').replace(/[\r\n]+/g, '').trim();
  assert.equal(page, '<body><div>Oben</div>Käse<div>F&#252;&#223;e</div></body>');
  assert.ok(
    done.includes('boundary=b\r\n\r\npreamble\r\n--b\r\nContent-Type: text/plain; charset=iso'),
  );
  assert.ok(done.toString().endsWith('\r\n--b--\r\nepilogue\r\n'));
});

test('an alternative that is not just text and HTML stays whole, in a wrapper', async () => {
  const plain = ['', 'Hello'];
  const page = ['Content-Type: text/html', '', '<p>Hello</p>'];
  const pgp = ['', '-----BEGIN PGP MESSAGE-----', '', 'abc', '-----END PGP MESSAGE-----'];
  const related = ['Content-Type: multipart/related; boundary=c', '', '--c', ...page, '--c--'];
  const wholes = [
    alternative(plain, ['Content-Type: text/calendar', '', 'BEGIN:VCALENDAR']),
    alternative(plain, related),
    alternative(pgp, page),
    alternative(plain, ['Content-Type: text/html', 'Content-Transfer-Encoding: x-odd', '', 'x']),
    alternative(plain, plain),
    alternative(plain, page).replace('--b--', ''),
    alternative(plain, ['Content-Type: text/html']),
    alternative(plain, page).replace('boundary=b', ''),
  ];
  for (const before of wholes) {
    const done = (await decorated(before, { footer: 'Bye' })).toString();
    assert.match(done, /^MIME-Version: 1\.0\r\nContent-Type: multipart\/mixed;/);
    const type = before.indexOf('Content-Type');
    assert.ok(done.includes(before.slice(type)), done);
  }
});

const inner: readonly (readonly [type: string, ...more: string[]])[] = [
  ['multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha256; boundary=s'],
  ['multipart/encrypted; protocol="application/pgp-encrypted"; boundary=s'],
  ['multipart/report; report-type=delivery-status; boundary=s'],
  ['multipart/related; boundary=s'],
  ['multipart/digest; boundary=s'],
  ['multipart/mixed'],
  ['multipart/mixed; boundary=absent'],
  ['multipart/mixed; boundary=s', 'Content-Transfer-Encoding: base64'],
  [
    'application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment;\r\n\tfilename="smime.p7m"',
  ],
  ['image/png', 'Content-Transfer-Encoding: base64', 'Content-ID: <x@y>'],
  ['message/rfc822'],
  ['text/calendar; method=REQUEST'],
  ['text/plain', 'Content-Disposition: attachment; filename=x.txt'],
  ['text/plain', 'Content-Transfer-Encoding: uuencode'],
  ['text/plain; charset=utf-16', 'Content-Transfer-Encoding: base64'],
  ['image'],
  ['text/plain', 'Content-Type: image/png'],
];

test('checklist 19: all else is wrapped, its Content-* fields and its bytes inside', async () => {
  const bodies = ['--s\r\n\r\nx\r\n--s--\r\n\r\n', 'odd\n\r\n\rbytes\0\xff', ''];
  for (const [type, ...more] of inner) {
    const fields = [`content-TYPE:   ${type}`, ...more];
    for (const body of bodies) {
      const head = message(
        'Subject: x',
        fields[0] ?? '',
        'MIME-Version: 1.0',
        ...more,
        'X-Last: y',
        '',
      );
      const before = Buffer.from(head + body, 'latin1');
      const done = (await decorated(before, { header: 'Top', footer: 'Bottom' })).toString(
        'latin1',
      );
      const boundary = /boundary="(.*)"/.exec(done)?.[1] ?? '';
      assert.equal(
        done,
        message('Subject: x', 'MIME-Version: 1.0', 'X-Last: y') +
          message('Content-Type: multipart/mixed;', ` boundary="${boundary}"`, '') +
          `--${boundary}\r\n${inline('Top')}--${boundary}\r\n` +
          `${message(...fields, '')}${body}\r\n` +
          `--${boundary}\r\n${inline('Bottom')}--${boundary}--\r\n`,
        type,
      );
    }
  }
});

test('a wrapper is as wide as what it wraps', async () => {
  const before = message('Content-Type: image/png', 'Content-Transfer-Encoding: binary', '', 'x');
  const done = (await decorated(before, { footer: 'Bye' })).toString();
  assert.match(done, /^Content-Transfer-Encoding: binary\r\nMIME-Version: 1\.0\r\n\r\n--=_/m);
});

test('OpenPGP text is not touched, however it is encoded', async () => {
  const text = '-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nx\r\n';
  const encoded: readonly (readonly [string, string])[] = [
    ['7bit', text],
    ['base64', Buffer.from(text).toString('base64')],
    ['quoted-printable', text.replaceAll('-----BEGIN', '=2D----BE=\r\nGIN')],
  ];
  for (const [encoding, body] of encoded) {
    const before = `Content-Transfer-Encoding: ${encoding}\r\n\r\n${body}`;
    const done = await decorated(before, { footer: 'Bye' });
    assert.ok(done.includes(`\r\n${before}\r\n--=_`), encoding);
  }
});

test('base64 with plain text behind it is not decoded, so nothing of it is lost', async () => {
  const before = message(
    'Content-Transfer-Encoding: base64',
    '',
    'SGVsbG8=',
    '___',
    'other footer',
  );
  const done = await decorated(before, { footer: 'Bye' });
  assert.ok(done.includes(`\r\n${before}\r\n--=_`));
});

test('a boundary that the message already has is not taken', async () => {
  const first = (await decorated('Content-Type: image/png\n\nx', { footer: 'a' })).toString();
  const boundary = /=_[0-9a-f]{40}/.exec(first)?.[0] ?? '';
  const body = `x${boundary}`;
  const next = (await decorated(`Content-Type: image/png\n\n${body}`, { footer: 'a' })).toString();
  assert.ok(!next.includes(`boundary="${boundary}"`));
});
