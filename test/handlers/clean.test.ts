import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clean } from '../../src/handlers/clean.ts';
import { applied, draftOf, occasion } from '../literals.ts';

const kept = [
  'Received: from mx.example.net',
  'DKIM-Signature: v=1; d=example.net; h=from:list-id;',
  '\tb=AbC=',
  'Authentication-Results: mx.example.com; dkim=pass',
  'X-BeenThere: dogs@example.org',
  'From: anne@example.net',
  'Listen-To: this',
  'X-Approved-By: the boss',
  'Subject: =?iso-8859-1?q?Gr=FC=DFe?=',
];

const gone = [
  'Approved: secret',
  'Approve: secret',
  'X-Approved: secret',
  'X-APPROVE: secret',
  'Urgent: secret',
  'Return-Receipt-To: anne@example.net',
  'Disposition-Notification-To: anne@example.net',
  'Disposition-Notification-Options: x',
  'X-Confirm-Reading-To: anne@example.net',
  'X-Pmrqc: 1',
  'Return-Path: <anne@example.net>',
  'Errors-To: anne@example.net',
  'Bcc: bart@example.net',
];

test('passwords, requests for receipts and fields of the hop before go; all else stays', () => {
  const mixed = kept.flatMap((line, i) => [line, ...gone.slice(i * 2, i * 2 + 2)]);
  // A continuation line belongs to the field before it.
  const lines = mixed.filter((line) => line !== '\tb=AbC=');
  lines.splice(lines.findIndex((line) => line.startsWith('DKIM')) + 1, 0, '\tb=AbC=');
  assert.deepEqual(applied(clean, lines), kept);
});

test('checklist 9: List-*, List-Unsubscribe-Post and Archived-At of other lists go', () => {
  const foreign = [
    'List-Id: <dogs.example.org>',
    'List-Unsubscribe: <https://example.org/gone?u=anne>',
    'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    'List-Post: <mailto:dogs@example.org>',
    'List-Archive: <https://example.org/>',
    'Archived-At: <https://example.org/1>',
    'X-Message-ID-Hash: ABC',
  ];
  assert.deepEqual(applied(clean, ['From: anne@example.net', ...foreign]), [
    'From: anne@example.net',
  ]);
});

test('where there is nothing to clean, the draft is the same one', () => {
  const draft = draftOf(...kept);
  assert.equal(clean.apply(draft, occasion()), draft);
});
