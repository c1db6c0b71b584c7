import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineRunner } from '../../src/engine/define.ts';
import { finish, letter } from '../../src/model/outcome.ts';

/** This is read by the compiler: it refuses an `expect-error` where there is none. */
test('a put into a queue that is not declared does not compile', () => {
  const declared = defineRunner({ reads: 'incoming', writes: ['archive'] }, async ({ meta }) => ({
    puts: [letter('archive', meta, { kind: 'posting', approved: false })],
    fate: finish,
  }));
  assert.deepEqual(declared.route.writes, ['archive']);
  // @ts-expect-error: it says that it writes into archive only
  defineRunner({ reads: 'incoming', writes: ['archive'] }, async ({ meta }) => ({
    puts: [letter('pipeline', meta, { kind: 'posting', approved: false })],
    fate: finish,
  }));
  // @ts-expect-error: it says that it writes nothing
  defineRunner({ reads: 'incoming', writes: [] }, async ({ meta }) => ({
    puts: [letter('archive', meta, { kind: 'posting', approved: false })],
    fate: finish,
  }));
});
