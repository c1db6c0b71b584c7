import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandView } from '../../src/model/command.ts';
import { listId } from '../../src/model/ids.ts';
import { setWay } from '../../src/model/way.ts';
import { cats, membership } from '../literals.ts';

const dogs = listId('dogs.example.com');
const view = {
  list: cats(),
  asker: { key: membership().key },
  books: {
    async *members() {
      yield membership();
      yield membership({ list: dogs });
    },
  },
} as unknown as CommandView;

const cases = [
  ['mode', 'plain', 'here', [[cats().id, { mode: 'plain' }]]],
  ['digest', 'off', 'here', [[cats().id, { mode: 'regular' }]]],
  ['digest', 'on', 'here', [[cats().id, { mode: 'mime' }]]],
  ['rhythm', 'weekly', 'here', [[cats().id, { rhythm: 'weekly' }]]],
  ['mode', 'html', 'address', [cats().id, dogs].map((id) => [id, { mode: 'html' }])],
  ['mode', 'hourly', 'here', undefined],
  ['rhythm', 'mime', 'here', undefined],
  ['mode', 'mime', 'everywhere', undefined],
] as const;

for (const [option, value, where, wanted] of cases) {
  test(`set ${option} ${value} ${where}`, async () => {
    const answer = await setWay(view, option, value, where);
    const changes = answer?.changes?.map((change) => {
      assert(change.kind === 'way');
      const { list, kind: _, key: __, ...wish } = change;
      return [list, wish];
    });
    assert.deepEqual(changes, wanted);
  });
}
