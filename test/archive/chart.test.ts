import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chartText } from '../../src/archive/site/chart.ts';

test('the chart has every month between the first and the last', () => {
  const chart = chartText(
    [
      { month: '2026-02', posts: 3 },
      { month: '2025-11', posts: 1 },
    ],
    '<x>',
  );
  assert.equal(chart.match(/<rect /g)?.length, 4);
  assert.match(chart, /<title>&lt;x&gt;<\/title>/);
});
