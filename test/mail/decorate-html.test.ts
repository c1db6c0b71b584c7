import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simpleParser } from 'mailparser';
import { decorated } from './decorated.ts';

const head = (encoding: string, charset = 'utf-8'): string =>
  `Content-Type: text/html; charset=${charset}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`;

async function pageOf(bytes: Buffer): Promise<string> {
  const { html } = await simpleParser(bytes);
  return html || '';
}

const cases: readonly (readonly [page: string, wanted: string])[] = [
  ['<p>käse</p>', '[T]<p>käse</p>[B]'],
  ['<html><body bgcolor=x>käse</body></html>', '<html><body bgcolor=x>[T]käse[B]</body></html>'],
  ['<HTML><HEAD></HEAD>käse</HTML>', '<HTML><HEAD></HEAD>[T]käse[B]</HTML>'],
  ['<!DOCTYPE html>käse', '<!DOCTYPE html>[T]käse[B]'],
  ['<Body>a</BODY > b</bOdy>c', '<Body>[T]a</BODY > b[B]</bOdy>c'],
  [
    '<!-- <body> --><body>käse<!-- </body> --></body><!-- </body>',
    '<!-- <body> --><body>[T]käse<!-- </body> -->[B]</body><!-- </body>',
  ],
  ['<bodyguard>käse</bodyguard>', '[T]<bodyguard>käse</bodyguard>[B]'],
];

const texts = { header: 'Top & <b>', footer: 'Füße 猫\nsee https://example.com/?a=1&b=2.' };
const top = '<div>Top &#38; &#60;b&#62;</div>';
const bottom =
  '<div>F&#252;&#223;e &#29483;<br>see ' +
  '<a href="https://example.com/?a=1&#38;b=2">https://example.com/?a=1&#38;b=2</a>.</div>';

/** With a soft line break in each closing tag, and its bracket escaped. */
function encode(page: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(page).toString('base64');
  if (encoding !== 'quoted-printable') return page;
  const escaped = page.replace(/=/g, '=3D').replace(/ä/g, '=C3=\r\n=A4');
  return escaped.replace(/<\/b/g, '=3C/=\r\nb');
}

test('checklist 19: the texts stand at both ends of the page, escaped', async () => {
  for (const [page, wanted] of cases) {
    for (const encoding of ['7bit', '8bit', 'quoted-printable', 'base64']) {
      const after = await pageOf(await decorated(head(encoding) + encode(page, encoding), texts));
      const flat = after.replace(/\s*[\r\n]+\s*/g, '').toLowerCase();
      const expected = wanted.replace('[T]', top).replace('[B]', bottom).toLowerCase();
      assert.equal(flat, expected, `${encoding} ${page}`);
    }
  }
});

test('in quoted-printable all that was there keeps its bytes', async () => {
  const body = 'a =\r\n<p>=3D</p>=20\r\n=3C=\r\n/bo=64y>\r\n';
  const after = await decorated(head('quoted-printable') + body, { footer: 'Bye' });
  assert.equal(
    after.toString(),
    `${head('quoted-printable')}a =\r\n<p>=3D</p>=20\r\n` +
      '=\r\n\r\n<div>Bye</div>\r\n=\r\n=3C=\r\n/bo=64y>\r\n',
  );
});

test('charset and encoding of the page do not change', async () => {
  const latin = Buffer.from(`${head('8bit', 'iso-8859-1')}<body>K\xe4se</body>`, 'latin1');
  const after = (await decorated(latin, { footer: '猫' })).toString('latin1');
  assert.equal(
    after,
    `${head('8bit', 'iso-8859-1')}<body>K\xe4se\r\n<div>&#29483;</div>\r\n</body>`,
  );
});

test('what is wide, too large, too odd or a file is no page to write in, and is wrapped', async () => {
  const wide = Buffer.from(
    head('8bit', 'utf-16') + Buffer.from('<p>x</p>', 'utf16le').toString('latin1'),
    'latin1',
  );
  const large = `${head('7bit')}${'<p>word</p>\r\n'.repeat(100_000)}`;
  const attached = `Content-Disposition: attachment; filename=x.html\r\n${head('7bit')}<p>x</p>`;
  const odd = `${head('7bit')}</body><body>`;
  for (const before of [wide, Buffer.from(large), Buffer.from(attached), Buffer.from(odd)]) {
    const after = await decorated(before, { footer: 'Bye' });
    assert.match(after.toString('latin1', 0, 300), /multipart\/mixed/);
    assert.ok(after.includes(before.subarray(before.indexOf('\r\n\r\n'))));
  }
});

test('hostile pages take no time', async () => {
  for (const evil of ['<body ', '<!--', '</body', '<html\t', '<!-- -->', '=', '=\r\n']) {
    const page = evil.repeat(Math.floor(500_000 / evil.length));
    await decorated(head('quoted-printable') + page, { header: 'a', footer: 'b' });
    await decorated(head('7bit') + page, { header: 'a', footer: 'b' });
  }
});
