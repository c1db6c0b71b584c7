import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { approvedIn, approvedLine } from '../../src/mail/approved.ts';
import { parseHeaders } from '../../src/mail/headers.ts';
import { stripApproved } from '../../src/mail/strip-approved.ts';
import { headersOf } from '../literals.ts';

async function stripped(lines: readonly string[], body: readonly string[]): Promise<string> {
  const headers = parseHeaders(Buffer.from(`${lines.join('\r\n')}\r\n`));
  const source = Readable.from([Buffer.from(body.join('\r\n'))]);
  const result = await stripApproved().run(headers, source);
  const chunks: Buffer[] = [];
  for await (const chunk of result.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('the password is read from a field or from the first line that is not empty', () => {
  assert.equal(approvedIn(headersOf('X-Approve: secret')), 'secret');
  assert.equal(approvedIn(headersOf('Subject: Approved: no')), undefined);
  assert.equal(approvedLine(['', '  ', 'Approved: secret ', 'text']), 'secret');
  assert.equal(approvedLine(['text', 'Approved: secret']), undefined);
});

test('the line goes from plain text', async () => {
  const body = ['', 'Approved: secret', 'hello', ''];
  assert.equal(await stripped(['Content-Type: text/plain'], body), '\r\nhello\r\n');
});

test('the password goes from all text parts, in every encoding, and nothing else does', async () => {
  const encoded = Buffer.from('<p>Approved: secret</p>\r\n<b>hello</b>\r\n').toString('base64');
  const parts = [
    [
      'Content-Type: text/plain',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Approv=',
      'ed: sec=72et',
      'a=3Db',
    ],
    ['Content-Type: text/html', 'Content-Transfer-Encoding: base64', '', encoded],
    ['Content-Type: application/x-other', '', 'Approved: kept'],
  ];
  const body = [...parts.flatMap((part) => ['--A', ...part]), '--A--', ''];
  const out = await stripped(['Content-Type: multipart/mixed; boundary=A'], body);
  assert(!out.includes('secret') && !out.includes('sec=72et'), out);
  assert.match(out, /a=3Db/);
  assert.match(out, /Approved: kept/);
  const html = /base64\r\n\r\n([^-]*)--A/.exec(out)?.[1] ?? '';
  assert.equal(Buffer.from(html, 'base64').toString(), '<p></p>\r\n<b>hello</b>\r\n');
});
