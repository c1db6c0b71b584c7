import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  addressAt,
  byDomain,
  filtered,
  memberAt,
  noRecipients,
  type Recipient,
  readRecipients,
  recipientAt,
  recipientsOf,
  selected,
} from '../../src/model/recipients.ts';
import { addressesOf } from '../literals.ts';

const all: readonly Recipient[] = [
  ['ann@a.example', 12],
  ['bob@b.example'],
  ['"odd \\" one"@a.example', 9_007_199_254_740_991],
  ['jörg@müller.example', 0],
  ['7@example.net'],
];

describe('recipients', () => {
  test('are read from their lines as they were written', () => {
    const read = readRecipients(recipientsOf(all).bytes, all.length);
    assert.deepEqual(read, recipientsOf(all));
    assert(read);
    for (const [n, one] of all.entries()) {
      assert.deepEqual(recipientAt(read, n), one);
      assert.equal(addressAt(read, n), one[0]);
      assert.equal(memberAt(read, n), one[1]);
    }
    assert.equal(addressAt(read, all.length), '');
    assert.equal(memberAt(read, all.length), undefined);
    assert.deepEqual(readRecipients(Buffer.alloc(0), 0), noRecipients);
  });

  test('what is no line of a recipient is not taken for one', () => {
    const broken = [
      '["a@b.example",1]',
      '["a@b.example",1]\n["c@d',
      '["a@b.example",-1]\n',
      '["a@b.example",1.5]\n',
      '["a@b.example",]\n',
      '["a@b.example",1,2]\n',
      '["a@b.example" 1]\n',
      '["a@b\u0001.example",1]\n',
      '["a\\x@b.example",1]\n',
      '["a@b.example",12345678901234567890]\n',
      `["${'a'.repeat(1001)}",1]\n`,
      '[1]\n',
      '\n',
      '{}\n',
    ];
    for (const text of broken) assert.equal(readRecipients(Buffer.from(text), 1), undefined, text);
    const { bytes } = recipientsOf(all);
    for (const count of [0, all.length - 1, all.length + 1, 2 ** 40]) {
      assert.equal(readRecipients(bytes, count), undefined, `not ${count}`);
    }
  });

  test('are chosen by position, and kept by number with more behind them', () => {
    const some = recipientsOf(all);
    assert.deepEqual(addressesOf(selected(some, [4, 0])), ['7@example.net', 'ann@a.example']);
    const kept = filtered(some, (number) => number !== 12, [['new@c.example', 3]]);
    assert.deepEqual(kept, recipientsOf([...all.slice(1), ['new@c.example', 3]]));
    assert.deepEqual(
      filtered(some, () => false),
      noRecipients,
    );
  });

  test('of one domain stand together, in the order in which they were', () => {
    const mixed = Array.from({ length: 600 }, (_, n): Recipient => [`r${n}@D${n % 7}.example`, n]);
    const some = recipientsOf(mixed);
    const order = [...byDomain(some)];
    assert.deepEqual(
      order.toSorted((a, b) => a - b),
      [...mixed.keys()],
    );
    const domains = order.map((n) => n % 7);
    assert.equal(domains.filter((one, n) => one !== domains[n - 1]).length, 7);
    assert(order.every((n, at) => domains[at] !== domains[at - 1] || n > (order[at - 1] ?? 0)));
  });
});
