import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MemberView } from '../../src/model/list.ts';
import type { Settings } from '../../src/model/settings.ts';
import { membersOnly } from '../../src/rules/members-only.ts';
import { address, cats, membership, posting } from '../literals.ts';
import { textOf } from './said.ts';

const member = membership();
const owner = membership({ role: 'owner' });
const stranger: readonly MemberView[] = [];

type Case = readonly [
  memberships: readonly MemberView[],
  settings: Partial<Settings>,
  action: string | undefined,
];

const cases: readonly Case[] = [
  [[member], {}, undefined],
  [stranger, {}, 'note'],
  [[member], { memberAction: 'hold' }, 'note'],
  [[member], { memberAction: 'reject' }, 'reject'],
  [[member], { memberAction: 'discard' }, 'discard'],
  [stranger, { nonmemberAction: 'accept' }, undefined],
  [stranger, { nonmemberAction: 'reject' }, 'reject'],
  [stranger, { nonmemberAction: 'discard' }, 'discard'],
  // What was decided for the address itself counts more than what is said of all.
  [[membership({ action: 'hold' })], {}, 'note'],
  [[membership({ action: 'accept' })], { memberAction: 'hold' }, undefined],
  [[membership({ role: 'nonmember', action: 'accept' })], {}, undefined],
  [[membership({ role: 'nonmember', action: 'discard' })], {}, 'discard'],
  [[membership({ role: 'nonmember' })], {}, 'note'],
  // Checklist 12: what is known of a stranger does not matter once he is a member.
  [
    [membership({ role: 'nonmember', action: 'discard' }), membership({ action: 'accept' })],
    {},
    undefined,
  ],
  // They would only have to ask themselves.
  [[owner], {}, undefined],
  [[membership({ role: 'moderator' })], {}, undefined],
  [[owner, member], { memberAction: 'hold' }, undefined],
  [[owner, membership({ action: 'reject' })], {}, 'reject'],
  // Announcements only.
  [[member], { allowPosts: false }, 'reject'],
  [[owner], { allowPosts: false }, undefined],
  [[membership({ action: 'accept' })], { allowPosts: false }, undefined],
  [stranger, { allowPosts: false }, 'note'],
  [stranger, { allowPosts: false, nonmemberAction: 'discard' }, 'discard'],
  [stranger, { allowPosts: false, nonmemberAction: 'accept' }, 'reject'],
];

test('who may post is decided by the address, the office, the list, in this order', () => {
  for (const [i, [memberships, settings, action]] of cases.entries()) {
    const hit = membersOnly.check(posting({ memberships, list: cats(settings) }));
    assert.equal(hit?.action, action, `case ${i}`);
  }
});

test('checklist 13: a stranger does not pass as a member by Reply-To or envelope', () => {
  const lines = ['From: eve@example.org', 'Reply-To: anne@example.net', 'To: cats@example.com'];
  const view = posting({ memberships: [], sender: 'anne@example.net' }, lines);
  assert.equal(
    textOf(membersOnly.check(view)),
    'eve@example.org is not a member of cats@example.com.',
  );
});

test('of several authors the one in Sender is held to account, without Sender the first', () => {
  const eve = address('eve@example.org');
  const memberships = [
    membership(),
    membership({ role: 'nonmember', address: eve, action: 'discard' }),
  ];
  const from = 'From: anne@example.net, eve@example.org';
  const check = (...more: string[]): string | undefined =>
    membersOnly.check(posting({ memberships }, [from, ...more]))?.action;
  assert.equal(check(), undefined);
  assert.equal(check('Sender: eve@example.org'), 'discard');
  assert.equal(check('Sender: somebody@else.example'), undefined);
});
