/** Random damage to reports: no crash, no hang, and never more than the limits allow. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { diagnose, parseReport } from '../../src/engine/diagnose.ts';
import { maxGroups } from '../../src/mail/report-status.ts';
import { causes, type Diagnosis } from '../../src/model/diagnosis.ts';
import { type Chance, chanceOf, newSeed } from '../mail/chance.ts';
import { corpusFiles, needsCorpus } from '../mail/corpus.ts';
import { message, original } from './reports.ts';

/** Of the processor, generously: what is not linear takes minutes. */
const maxMs = 2000;

function examine(bytes: Buffer, why: string): void {
  const start = process.cpuUsage();
  const diagnosis = diagnosed(bytes, why);
  const { user, system } = process.cpuUsage(start);
  const ms = (user + system) / 1000;
  assert(ms < maxMs, `${why}: ${ms} ms for ${bytes.length} bytes`);
  assert.equal(diagnosis.kind === 'none', diagnosis.recipients.length === 0, why);
  assert(diagnosis.recipients.length <= maxGroups, why);
  for (const one of diagnosis.recipients) {
    assert.match(one.address, /^[^\s<>]+@[^\s<>]+$/u, why);
    assert.equal(one.address, one.address.toLowerCase(), why);
    assert.match(one.status, /^[245]\.\d{1,3}\.\d{1,3}$/, why);
    assert(causes.includes(one.cause), why);
    assert(one.diagnostic.length <= 1000 && !/[\n\r]/.test(one.diagnostic), why);
  }
}

/** A report that throws is told as it was made, by its seed. */
function diagnosed(bytes: Buffer, why: string): Diagnosis {
  try {
    return diagnose(parseReport(bytes));
  } catch (cause) {
    throw new Error(`${why}: ${cause}`, { cause });
  }
}

const pieces = [
  '\n',
  '\n\n',
  '--b\n',
  '--b--\n',
  'Content-Type: multipart/report; boundary=b\n',
  '<',
  '>',
  '@',
  'Content-Type: message/delivery-status\n\n',
  'Content-Transfer-Encoding: base64\n',
  '=',
  ':',
  'Final-Recipient: rfc822; a@b.example\n',
  'Action: failed\n',
  'Status: 5.1.1\n',
  '\x1b$B',
  '\xff',
  '<a@b.example>:\n',
  'could not be delivered',
  '&lt;',
  '<p>',
  '----- ',
  'user unknown ',
  '550 ',
  'This is the mail system at host x.\n',
  'following address(es) failed:\n',
  '  a@b.example\n',
  'RCPT TO:<',
  '(expanded from <',
  'did not reach the following recipient(s):\n',
  '{"Message":"',
];

function damaged(bytes: Buffer, chance: Chance): Buffer {
  let text = bytes.toString('latin1');
  for (let i = chance.number(8); i >= 0; i--) {
    const at = chance.number(text.length + 1);
    const to = at + chance.number(chance.pick([2, 20, 2000]));
    const middle = chance.pick([
      '',
      chance.pick(pieces),
      chance.pick(pieces).repeat(chance.number(400)),
      text.slice(to, to + chance.number(3000)),
    ]);
    text = text.slice(0, at) + middle + text.slice(to);
  }
  return Buffer.from(text, 'latin1');
}

test('damaged reports are read or left', needsCorpus, () => {
  const seed = newSeed();
  const chance = chanceOf(seed);
  const files = corpusFiles('bounces');
  for (let i = 0; i < 1500; i++) {
    const path = chance.pick(files);
    examine(damaged(readFileSync(path), chance), `seed ${seed}, round ${i}, ${path}`);
  }
});

test('random text is read or left', () => {
  const seed = newSeed();
  const chance = chanceOf(seed);
  for (let i = 0; i < 500; i++) {
    let text = 'Return-Path: <>\nFrom: MAILER-DAEMON\nSubject: failure notice\n';
    for (let n = chance.number(300); n >= 0; n--) text += chance.pick(pieces);
    examine(Buffer.from(text, 'latin1'), `seed ${seed}, round ${i}`);
  }
});

test('text made to make patterns slow takes no longer than other text', () => {
  const units = [
    ' ',
    '\t',
    '-',
    '=',
    '<',
    '>',
    '@',
    'a',
    'a@',
    '<a@',
    'a.',
    '.a',
    '5.1.',
    '(',
    '[',
    ':',
    ';',
    '*',
    'user ',
    'mailbox ',
    'not ',
    'no such ',
    'address ',
    'message ',
    'deliver ',
    'a@b.c ',
    '<a@b.c> ',
    'could not ',
    '&#',
    '<!--',
    '<style',
    '<p ',
    '=?',
    '=?utf-8?q?',
    'RCPT TO:',
    'To: a',
    '"',
    "'",
    'RFC822=a(a)',
    '\x1b$B',
    '----- x ',
    'following recipient ',
    'Final-Recipient: ',
    '\n<',
    '\n--b',
    '\nReceived: a',
    '\n a',
    '[Status: Error, Address: ',
    'Your message to ',
    '\nX: ',
    'SMTP=a',
  ];
  for (const unit of units) {
    const long = unit.repeat(Math.ceil(300_000 / unit.length));
    const fields = [
      'Content-Type: text/plain',
      'Content-Type: text/html',
      'Content-Type: multipart/report; boundary=b',
      `X-Failed-Recipients: ${long.slice(0, 20_000).replaceAll('\n', ' ')}`,
      `Content-Type: ${long.slice(0, 20_000).replaceAll('\n', ' ')}`,
    ];
    for (const field of fields) {
      const body = `\nThis failed: could not be delivered.\n${long}\n${original}`;
      examine(
        Buffer.from(message({ fields: field, body }), 'latin1'),
        `${unit} in ${field.slice(0, 40)}`,
      );
      const status = `\n--b\nContent-Type: message/delivery-status\n\n${long}\n--b--\n`;
      examine(Buffer.from(message({ fields: field, body: status }), 'latin1'), `${unit} as status`);
    }
  }
});
