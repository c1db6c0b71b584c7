import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Together } from '../../src/spool/together.ts';

function office() {
  const together = new Together<string>();
  const groups: string[] = [];
  let end: () => void = () => undefined;
  const work = async (group: readonly string[]) => {
    groups.push(group.join(' '));
    await new Promise<void>((resolve) => (end = resolve));
  };
  return {
    groups,
    come: (name: string) => together.add(name, work),
    end: async () => {
      end();
      await turn();
    },
    async begun(count: number) {
      while (groups.length < count) await turn();
    },
  };
}

test('what comes while a group is at it is the next group, with those who come again', async () => {
  const { groups, come, end, begun } = office();
  come('a');
  come('b');
  await begun(1);
  assert.deepEqual(groups, ['a b'], 'of one turn of the loop');
  come('c');
  await turn();
  assert.equal(groups.length, 1, 'they are still at it');
  await end();
  come('a');
  come('b');
  await begun(2);
  assert.equal(groups[1], 'c a b');
  await end();
  come('c');
  await begun(3);
  assert.equal(groups[2], 'c', 'those who do not come are waited for a moment only');
});

test('one who comes alone again and again never waits for company', async () => {
  const { groups, come, end } = office();
  for (const name of ['a', 'b', 'c']) {
    come(name);
    await turn();
    await turn();
    assert.equal(groups.at(-1), name);
    await end();
  }
});
