import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandView } from '../../src/model/command.ts';
import { setWay } from '../../src/model/way.ts';
import { cats, membership } from '../literals.ts';

const view = {
  list: cats(),
  asker: { key: membership().key },
} as unknown as CommandView;

const cases = [
  ['mode', 'plain', 'member', { mode: 'plain' }],
  ['digest', 'off', 'member', { mode: 'regular' }],
  ['digest', 'on', 'address', { mode: 'mime' }],
  ['rhythm', 'weekly', 'user', { rhythm: 'weekly' }],
  ['mode', 'default', 'member', { mode: null }],
  ['rhythm', 'default', 'user', { rhythm: null }],
  ['mode', 'hourly', 'member', undefined],
  ['rhythm', 'mime', 'member', undefined],
] as const;

for (const [option, value, level, wanted] of cases) {
  test(`set ${option} ${value}, said for the ${level}`, () => {
    const answer = setWay(view, option, value, level);
    if (wanted === undefined) return assert.equal(answer, undefined);
    const about = { kind: 'way', list: cats().id, key: membership().key, level };
    assert.deepEqual(answer?.changes, [{ ...about, ...wanted }]);
  });
}
