/** Mail that is made to break what reads it: each is judged, in bounded time, or is no mail. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type TestedPosting, testPosting } from '../../src/engine/test-post.ts';
import type { ListView } from '../../src/model/list.ts';
import { makeList, makeSite, type TestSite } from '../site.ts';

const head = [
  'From: Ann <ann@x.org>',
  'To: cats@example.org',
  'Subject: food',
  'Message-ID: <1@x>',
];
const newline = '\r\n';

describe('hostile mail', () => {
  let site: TestSite;
  let list: ListView;
  const folder = mkdtempSync(join(tmpdir(), 'listmill-hostile-'));

  before(async () => {
    site = await makeSite();
    const id = await makeList(site, 'cats@example.org', ['ann@x.org'], {
      filterContent: true,
      filterExtensions: ['exe'],
      htmlToText: true,
      dmarcAction: 'wrap',
      dmarcPolicies: 'always',
      maxAttachmentBytes: 1_000_000,
      maxBytes: 0,
      headerMatches: [
        'content-type: (a+)+$ => hold',
        'x-.*: x => hold',
        'subject: ^(.*)*evil => hold',
      ],
      suspiciousHeaders: ['subject: (x|xx)*!!'],
      footer: 'bye',
    });
    const opened = site.open();
    list = (await (await opened.store()).list(id)) ?? assert.fail('no list');
    await opened.close();
  });

  after(async () => {
    await site[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  async function tested(bytes: Buffer | string): Promise<TestedPosting> {
    const path = join(folder, 'message.eml');
    writeFileSync(path, bytes);
    assert(statSync(path).size > 0);
    const opened = site.open();
    try {
      return await testPosting(opened, { list, path, sender: 'ann@x.org', now: 1_800_000_000_000 });
    } finally {
      await opened.close();
    }
  }

  async function verdictOf(bytes: Buffer | string): Promise<string> {
    const result = await tested(bytes);
    if (result.kind === 'broken') return `broken: ${result.reason}`;
    const { kind, reasons } = result.verdict;
    return [kind, ...reasons.map(({ rule }) => rule)].join(' ');
  }

  const mail = (lines: readonly string[], body: string) =>
    [...head, ...lines, '', body].join(newline);

  test('a header of 10 MB is no mail', async () => {
    const line = `X-Long: ${'x'.repeat(900)}`;
    const lines = Array.from({ length: 11_000 }, () => line);
    assert.match(await verdictOf(mail(lines, 'miaow')), /^broken: The header is longer/);
    assert.match(await verdictOf(mail([`X-Long: ${'y'.repeat(10_000_000)}`], '')), /^broken/);
  });

  test('more fields than anybody writes are no mail', async () => {
    const lines = Array.from({ length: 5000 }, (_, n) => `X-${n}: y`);
    assert.match(await verdictOf(mail(lines, 'miaow')), /^broken: The header has 5004 fields/);
  });

  test('NUL in the header is no mail; in the body it is none of our business', async () => {
    assert.match(await verdictOf(mail(['X-Nul: a\0b'], 'miaow')), /^broken: .*NUL/);
    assert.equal(await verdictOf(mail([], 'mi\0ow\r\n')), 'accept');
  });

  test('ten thousand parts, and parts nested a thousand deep, go to a person', async () => {
    const part = ['--b', '', 'x'].join(newline);
    const flat = Array.from({ length: 10_000 }, () => part).join(newline);
    const type = 'Content-Type: multipart/mixed; boundary=b';
    assert.equal(await verdictOf(mail([type], `${flat}\r\n--b--\r\n`)), 'hold attachments');
    const nested = Array.from(
      { length: 1000 },
      (_, n) => `--b${n}\r\nContent-Type: multipart/mixed; boundary=b${n + 1}\r\n`,
    );
    const deep = 'Content-Type: multipart/mixed; boundary=b0';
    assert.match(await verdictOf(mail([deep], nested.join(newline))), /^hold attachments/);
  });

  test('bare CR and LF, 8-bit headers and charsets that nobody knows are read somehow', async () => {
    const bodies = ['a\rb\nc\r\r\nd', '\n\n\r\r', '.\r\n..\r\n'];
    for (const body of bodies) assert.equal(await verdictOf(mail([], body)), 'accept', body);
    const eight = Buffer.from(mail(['X-Name: b\xf6se \xff\xfe'], 'b\xf6se'), 'latin1');
    assert.equal(await verdictOf(eight), 'accept');
    const odd = ['Content-Type: text/html; charset="no-such-charset"', 'X-W: =?no-such?q?a=FF?='];
    assert.equal(await verdictOf(mail(odd, '<p>miaow</p>')), 'accept');
    const lone = mail([], 'miaow').replaceAll(newline, '\n');
    assert.equal(await verdictOf(lone), 'accept');
  });

  test('no value of a field becomes a field of what we write', async () => {
    const evil = '=?utf-8?q?x=0D=0AX-Bad:_1=0D=0A=0D=0Abody?=';
    const lines = [
      `From: ${evil} <ann@x.org>`,
      `To: ${evil} <cats@example.org>`,
      `Subject: ${evil}`,
      `Reply-To: ${evil} <ann@x.org>`,
      `Sender: ${evil} <ann@x.org>`,
      `Message-ID: <a${evil}@x>`,
      `Content-Type: text/plain; name="${evil}"`,
    ];
    const result = await tested([...lines, '', 'miaow', ''].join(newline));
    assert(result.kind === 'tested' && result.verdict.kind === 'accept', JSON.stringify(result));
    const text = result.message?.toString('latin1') ?? '';
    assert.doesNotMatch(text, /^X-Bad/im);
    assert.match(text, /^From: .* via cats/m);
  });

  test('a subject that makes other engines stand still is looked at and passed', async () => {
    const subject = `Subject: ${'x'.repeat(900)}!`;
    const lines = ['From: ann@x.org', 'To: cats@example.org', subject, '', 'miaow'];
    assert.equal(await verdictOf(lines.join(newline)), 'accept');
  });

  test('HTML that is nested without end becomes some text', async () => {
    const html = `${'<div>'.repeat(50_000)}miaow`;
    const result = await tested(mail(['Content-Type: text/html'], html));
    assert(result.kind === 'tested');
    assert.equal(result.verdict.kind, 'accept');
    assert.match(result.message?.toString() ?? '', /Content-Type: text\/plain/);
  });

  test('parts whose headers are huge go to a person', async () => {
    const part = ['--b', `X-Long: ${'x'.repeat(200_000)}`, '', 'x'].join(newline);
    const parts = Array.from({ length: 30 }, () => part).join(newline);
    const type = 'Content-Type: multipart/mixed; boundary=b';
    assert.equal(await verdictOf(mail([type], `${parts}\r\n--b--\r\n`)), 'hold attachments');
  });
});
