import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readings } from '../../src/model/destination.ts';

/** `name`, `name/sub` or `name/sub detail`. */
function read(local: string, separator?: string): string[] {
  return readings(local, separator).map(({ name, to, detail }) => {
    const where = to === undefined ? name : `${name}/${to}`;
    return detail === undefined ? where : `${where} ${detail}`;
  });
}

describe('an address with +', () => {
  test('is the list, or a sub-address of it, with what follows as its detail', () => {
    assert.deepEqual(read('cats'), ['cats']);
    assert.deepEqual(read('Cats-Bounces'), ['cats-bounces', 'cats/bounces']);
    assert.deepEqual(read('cats-bounces+Tag.m.a=b'), [
      'cats-bounces+tag.m.a=b',
      'cats-bounces Tag.m.a=b',
      'cats/bounces Tag.m.a=b',
    ]);
  });
});

describe('a site whose MTA knows no +', () => {
  test('finds the detail behind the sub-address, whatever the names of its lists hold', () => {
    const want = 'big-cats/bounces tag.m1.ann-marie=x.example';
    assert(read('big-cats-bounces-tag.m1.ann-marie=x.example', '-').includes(want));
    assert(read('big_cats-bounces_tag.m', '_').includes('big_cats/bounces tag.m'));
    assert(read('big.cats-confirm.token', '.').includes('big.cats/confirm token'));
  });

  test('takes a posting to a list with a - in its name for nothing else', () => {
    assert.deepEqual(read('big-cats', '-'), ['big-cats']);
    assert.deepEqual(read('cats-bounces', '-'), ['cats-bounces', 'cats/bounces']);
  });
});
