import assert from 'node:assert/strict';
import { test } from 'node:test';
import { automatic } from '../../src/rules/automatic.ts';
import { membership, posting } from '../literals.ts';
import { textOf } from './said.ts';

test('an answering machine or mailer daemon does not post', () => {
  const from = 'From: anne@example.net';
  const report = 'Content-Type: multipart/report; report-type=delivery-status; boundary=x';
  assert.match(textOf(automatic.check(posting({ sender: null }))) ?? '', /return path is empty/);
  assert.ok(automatic.check(posting({}, [from, 'Auto-Submitted: auto-replied (vacation)'])));
  assert.ok(automatic.check(posting({}, [from, report])));
});

test('reports by programs and mail from other lists are postings like others', () => {
  const lines = [
    'From: cron@example.net',
    'Auto-Submitted: auto-generated',
    'Precedence: list',
    'List-Id: <dogs.example.org>',
  ];
  assert.equal(automatic.check(posting({}, lines)), undefined);
  assert.equal(
    automatic.check(posting({}, ['From: a@example.net', 'Auto-Submitted: no'])),
    undefined,
  );
});

test('a program whose address has the action accept may post with a null return path', () => {
  const memberships = [membership({ role: 'nonmember', action: 'accept' })];
  assert.equal(automatic.check(posting({ sender: null, memberships })), undefined);
});
