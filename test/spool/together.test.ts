import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Together } from '../../src/spool/together.ts';

test('what comes while a group is at it is the next group', async () => {
  const together = new Together<string>();
  const groups: (readonly string[])[] = [];
  let end: () => void = () => undefined;
  const work = async (group: readonly string[]) => {
    groups.push(group);
    await new Promise<void>((resolve) => (end = resolve));
  };
  const come = (name: string) => together.add(name, work);
  come('a');
  come('b');
  await turn();
  assert.deepEqual(groups, [['a', 'b']], 'of one turn of the loop');
  come('c');
  come('d');
  await turn();
  assert.equal(groups.length, 1, 'they are still at it');
  end();
  await turn();
  assert.deepEqual(groups[1], ['c', 'd']);
  end();
  await turn();
  come('e');
  await turn();
  assert.deepEqual(groups[2], ['e'], 'nobody is waited for');
});
