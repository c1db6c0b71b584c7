import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { diagnose, diagnoseFile, parseReport, type Report } from '../../src/engine/diagnose.ts';
import { headBytes, tailBytes } from '../../src/mail/report-ends.ts';
import { maxParts } from '../../src/mail/report-parts.ts';
import { htmlText, maxLine, maxLines, maxText } from '../../src/mail/report-text.ts';
import { message, original } from './reports.ts';

const parse = (text: string): Report => parseReport(Buffer.from(text, 'latin1'));

test('a header field is unfolded, also where its parameter lost the indentation', () => {
  const report = parse(
    'Subject: one\n two\nContent-Type: multipart/mixed;\nboundary="x"\n\n--x\n\nhello\n--x--\n',
  );
  assert.equal(report.subject, 'one two');
  assert.deepEqual(
    report.parts.map((part) => part.text),
    ['hello'],
  );
});

test('a folded line that lost its indentation does not end the header', () => {
  const report = parse(
    'Received: a\nTo: x@y.example\nDate: now\nby some path\nFrom: z\nSubject: s\n\nbody\n',
  );
  assert.equal(report.subject, 's');
  assert.deepEqual(report.notice.lines.slice(0, 1), ['body']);
});

test('the return path: null, unknown, or an address; also from the mbox line', () => {
  assert.equal(parse('Return-Path: <>\n\n').returnPath, null);
  assert.equal(parse('Return-path: <A@B.example>\n\n').returnPath, 'a@b.example');
  assert.equal(parse('From MAILER-DAEMON Fri Mar  1\nSubject: x\n\n').returnPath, 'mailer-daemon');
  assert.equal(parse('Subject: x\n\n').returnPath, undefined);
});

test('header fields in raw UTF-8 are characters', () => {
  const report = parseReport(
    Buffer.from('Subject: Nicht zugestellt: Grüße\nTo: jürgen@b.example\n\n'),
  );
  assert.equal(report.subject, 'Nicht zugestellt: Grüße');
  assert.deepEqual(report.headers.get('to'), ['jürgen@b.example']);
});

test('text is decoded: transfer encoding, charset, HTML', () => {
  const part = (fields: string, body: string): string | undefined =>
    parse(`${fields}\n\n${body}`).parts[0]?.text.trim();
  assert.equal(
    part(
      'Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; charset=utf-8',
      'Gr=C3=BC=\n=C3=9Fe',
    ),
    'Grüße',
  );
  assert.equal(part('Content-Type: text/plain; charset=iso-2022-jp', '\x1b$BF|K\\\x1b(B'), '日本');
  assert.equal(part('Content-Type: text/plain', '\x1b$BF|K\\\x1b(B'), '日本');
  assert.equal(
    part('Content-Transfer-Encoding: base64', Buffer.from('a\r\nb').toString('base64')),
    'a\nb',
  );
  assert.equal(
    part('Content-Transfer-Encoding: base64', 'This is no base64: <a@b.example>'),
    'This is no base64: <a@b.example>',
  );
  assert.equal(
    htmlText('<style>p{}</style><p>To:&nbsp;&lt;a@b.example&gt;<br>line<!-- x --></p>').trim(),
    'To: <a@b.example>\nline',
  );
});

test('the notice ends where the copy of the original begins', () => {
  const marks = [
    '--- Below this line is a copy of the message.',
    '------ This is a copy of the message, including all the headers. ------',
    '   ----- Unsent message follows -----',
    'Original message follows.',
    '--------RETURNED MAIL FOLLOWS--------',
    '----- Original message -----',
    'Message headers follow.',
    '--- The header of the original message is following. ---',
    'Return-Path: <dev-bounces@lists.example.org>',
  ];
  for (const mark of marks) {
    const { notice, original: fields } = parse(`From: x\n\nIt failed.\n\n${mark}\n${original}`);
    assert.deepEqual(
      notice.lines.filter((line) => line !== ''),
      ['It failed.'],
      mark,
    );
    assert.equal(fields.get('subject')?.[0], '[dev] Release', mark);
  }
});

test('a sentence is found across lines, and its line is known', () => {
  const { notice } = parse('From: x\n\nfirst\n\ncould not\n  be delivered to\nthird\n');
  const at = notice.flat.indexOf('could not be delivered');
  assert.equal(notice.lines[notice.lineAt(at)], 'could not');
  assert.equal(notice.lines[notice.lineAt(notice.flat.indexOf('third'))], 'third');
});

test('parts, depth, lines and text have limits', () => {
  const many = parse(`Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\nx\n'.repeat(5000)}`);
  assert(many.parts.length <= maxParts);
  let nested = 'deepest';
  for (let i = 0; i < 60; i++) {
    nested = `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n${nested}\n--b${i}--\n`;
  }
  assert(parse(nested).parts.length <= maxParts);
  const long = parse(`From: x\n\n${'y'.repeat(200_000)}\n`);
  assert(long.parts.every((part) => part.text.length <= maxText));
  assert(long.notice.lines.every((line) => line.length <= maxLine));
  const tall = parse(`From: x\n\n${'a\n'.repeat(100_000)}`);
  assert(tall.notice.lines.length <= maxLines + 1);
});

test('a large report is read by its ends: the status after 26 MB is found', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'listmill-report-'));
  try {
    const path = join(folder, 'large.eml');
    const filler = `${'A'.repeat(76)}\n`.repeat(350_000);
    const status = 'Final-Recipient: rfc822; gone@example.com\nAction: failed\nStatus: 5.1.1\n';
    const text = message({
      fields: 'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
      body: `
--b

It failed.
--b
Content-Type: message/rfc822

${original}${filler}
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

${status}
--b--
`,
    });
    await writeFile(path, text);
    const { arrayBuffers, heapUsed } = process.memoryUsage();
    const diagnosis = await diagnoseFile(path);
    const after = process.memoryUsage();
    assert.equal(diagnosis.recipients[0]?.address, 'gone@example.com');
    const grown = after.arrayBuffers - arrayBuffers + after.heapUsed - heapUsed;
    assert(grown < 25e6, `grew by ${grown} bytes`);
    // The whole in memory gives the same answer.
    assert.deepEqual(diagnose(parseReport(Buffer.from(text))), diagnosis);
    assert(headBytes + tailBytes < 1_000_000);
  } finally {
    await rm(folder, { recursive: true });
  }
});
