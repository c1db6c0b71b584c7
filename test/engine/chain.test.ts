import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from '../../src/engine/chain.ts';
import type { Link, RuleAction } from '../../src/model/posting.ts';
import { postingChain, relayChain } from '../../src/rules/index.ts';
import { cats, posting } from '../literals.ts';

function link(name: string, meaning: Link[1], action?: RuleAction | 'miss'): Link {
  const check = () =>
    action === 'miss'
      ? undefined
      : { why: { phrase: 'emergency' } as const, ...(action ? { action } : {}) };
  return [{ name, check }, meaning];
}

function told(chain: readonly Link[]): string {
  const { kind, reasons } = judge(chain, posting());
  return [kind, ...reasons.map(({ rule }) => rule)].join(' ');
}

test('a posting that no rule hits is accepted', () => {
  assert.equal(told([]), 'accept');
  assert.equal(told([link('a', 'hold', 'miss'), link('b', 'note', 'miss')]), 'accept');
});

test('notes are collected, and hold at the end', () => {
  assert.equal(told([link('a', 'note'), link('b', 'note', 'miss'), link('c', 'note')]), 'hold a c');
});

test('the first hit that decides ends the chain; notes before it are told too', () => {
  assert.equal(told([link('a', 'note'), link('b', 'discard'), link('c', 'reject')]), 'discard b a');
  assert.equal(told([link('a', 'accept'), link('b', 'discard')]), 'accept a');
});

test('the chain says what a hit means, unless it leaves that to the rule', () => {
  assert.equal(told([link('a', 'hold', 'discard')]), 'hold a');
  assert.equal(told([link('a', 'own', 'reject')]), 'reject a');
  assert.equal(told([link('a', 'own')]), 'hold a');
});

test('a moderator sees all that speaks against a posting', () => {
  const view = posting({ memberships: [], size: 2_000_000, sender: null }, [
    'From: eve@example.org',
    'To: you@example.net',
  ]);
  const { kind, reasons } = judge(postingChain(cats()), view);
  assert.equal(kind, 'hold');
  assert.deepEqual(
    reasons.map(({ rule }) => rule),
    ['members-only', 'automatic', 'implicit-destination', 'max-size', 'no-subject'],
  );
});

test('a loop is discarded before anybody is asked about it', () => {
  const view = posting({ memberships: [] }, [
    'From: a@example.org',
    'X-BeenThere: cats@example.com',
  ]);
  assert.equal(judge(postingChain(cats()), view).kind, 'discard');
});

test('an ordinary posting by a member passes, and so does a stranger who writes to the owners', () => {
  assert.equal(judge(postingChain(cats()), posting()).kind, 'accept');
  const view = posting(
    { to: 'owner', memberships: [], sender: null, list: cats({ allowPosts: false }) },
    ['Subject: help'],
  );
  assert.equal(judge(relayChain, view).kind, 'accept');
});
