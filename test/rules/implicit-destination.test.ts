import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listId } from '../../src/model/ids.ts';
import { implicitDestination } from '../../src/rules/implicit-destination.ts';
import { cats, posting } from '../literals.ts';

const cases: readonly (readonly [line: string, named: boolean])[] = [
  ['To: cats@example.com', true],
  ['To: "Cats, all" <CATS@Example.Com>', true],
  ['Cc: dogs@example.com,\r\n\tcats@example.com', true],
  ['Resent-To: cats@example.com', true],
  ['Resent-Cc: cats@example.com', true],
  ['To: friends: anne@example.net, cats@example.com;', true],
  ['To: cats+food@example.com', true],
  ['To: felines@example.com', true],
  ['To: Moggies+food@example.com', true],
  ['To: big-cats@example.com', true],
  ['To: wildcats@elsewhere.org', true],
  ['To: undisclosed-recipients:;', false],
  ['To: cats-owner@example.com', false],
  ['To: "cats@example.com" <anne@example.net>', false],
  ['Bcc: cats@example.com', false],
  ['Subject: cats@example.com', false],
];

test('a posting names the list, or an alias of it, in To or Cc', () => {
  const list = cats({
    acceptableAliases: ['felines@example.com', 'no address', '^big-', '^wild.*\\.org$', '^('],
  });
  const former = [{ id: listId('moggies.example.com'), name: 'moggies', domain: 'example.com' }];
  for (const [line, named] of cases) {
    const hit = implicitDestination.check(
      posting({ list: { ...list, former } }, ['From: a@example.net', line]),
    );
    assert.equal(hit === undefined, named, line);
  }
});

test('a list may do without', () => {
  const list = cats({ explicitDestination: false });
  assert.equal(implicitDestination.check(posting({ list }, ['From: a@example.net'])), undefined);
});
