import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrongInFull, wrongInLine } from '../../bench/wrong.ts';

test('what was suppressed by what went wrong while a row was put away is told, first things first', async () => {
  const run = async () => {
    await using _ = {
      [Symbol.asyncDispose]: async () => {
        throw new Error('the folder is not empty');
      },
    };
    throw new Error('no figure', { cause: new Error('the sink hung up') });
  };
  const error = await run().catch((reason: unknown) => reason);
  assert.equal(wrongInLine(error), 'no figure: the sink hung up: the folder is not empty');
  for (const text of ['no figure', 'the sink hung up', 'the folder is not empty', 'at run']) {
    assert(wrongInFull(error).includes(text), text);
  }
});
