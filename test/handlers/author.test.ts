import assert from 'node:assert/strict';
import { test } from 'node:test';
import { author } from '../../src/handlers/author.ts';
import { draftOf, occasion } from '../literals.ts';

function authorOf(...lines: string[]): string | undefined {
  return author.apply(draftOf(...lines), occasion()).author;
}

test('the author is who stands in From, as a key', () => {
  assert.equal(
    authorOf('From: "Anne" <Anne@EXAMPLE.net>', 'Reply-To: b@example.net'),
    'anne@example.net',
  );
});

test('of several it is the one that Sender names, else the first', () => {
  const from = 'From: anne@example.net, bart@example.net';
  assert.equal(authorOf(from), 'anne@example.net');
  assert.equal(authorOf(from, 'Sender: Bart <BART@example.net>'), 'bart@example.net');
});

test('there may be none', () => {
  assert.equal(authorOf('From: nobody'), undefined);
});
