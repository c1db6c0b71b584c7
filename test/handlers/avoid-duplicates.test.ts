import assert from 'node:assert/strict';
import { test } from 'node:test';
import { avoidDuplicates } from '../../src/handlers/avoid-duplicates.ts';
import { applied, draftOf, occasion } from '../literals.ts';

const lines = [
  'From: eve@example.net',
  'To: Cats <cats@example.com>, Anne@Example.NET',
  'Cc: "bart, b." <bart@example.net>, anne@example.net,',
  '\tbroken, cats-owner@example.com',
  'Resent-To: cleo@example.net',
  'Resent-Cc: dora@example.net, felines@example.com',
  'Reply-To: eve@example.net',
];

test('checklist 21: addresses are compared without case, the list itself does not count', () => {
  const context = occasion({ acceptableAliases: ['felines@example.com'] });
  const { addressed } = avoidDuplicates.apply(draftOf(...lines), context);
  assert.deepEqual(addressed, [
    'anne@example.net',
    'bart@example.net',
    'cleo@example.net',
    'dora@example.net',
  ]);
});

test('checklist 21: Cc is not edited', () => {
  assert.deepEqual(applied(avoidDuplicates, lines), lines);
});

test('not more addresses are noted than an entry can carry', () => {
  const many = Array.from({ length: 1500 }, (_, i) => `m${i}@example.net`).join(',\r\n ');
  const { addressed } = avoidDuplicates.apply(draftOf(`To: ${many}`), occasion());
  assert.equal(addressed.length, 1000);
});
