import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { causes } from '../../src/model/diagnosis.ts';
import { isOurs, type Score, weigh, weights } from '../../src/model/score.ts';

const dayMs = 86_400_000;
const noon = Date.UTC(2026, 10, 24, 12);
const rules = { bounceThreshold: 3, bounceStaleDays: 7 };
const none: Score = { score: 0, countedAt: null };

describe('a score', () => {
  test('rises by one for a dead address, by less for what may pass', () => {
    assert.equal(weigh(none, 'dead', noon, rules).score, 1);
    assert.equal(weigh(none, 'full', noon, rules).score, 0.5);
  });

  test('does not rise for what is ours to mend', () => {
    for (const cause of ['policy', 'spam', 'dmarc', 'size'] as const) {
      assert.deepEqual(weigh(none, cause, noon, rules), { ...none, kind: 'ours', weight: 0 });
    }
    assert.deepEqual(
      causes.filter((cause) => !isOurs(cause)),
      ['dead', 'full', 'suspended', 'expired', 'routing', 'unknown'],
    );
    assert.deepEqual(
      causes.filter((cause) => weights[cause] === 1),
      ['dead'],
    );
  });

  test('rises once a day, and a day begins at midnight', () => {
    const first = weigh(none, 'dead', noon, rules);
    assert.equal(weigh(first, 'dead', noon + dayMs / 2 - 1, rules).kind, 'same-day');
    assert.equal(weigh(first, 'dead', noon + dayMs / 2, rules).score, 2);
  });

  test('reaches the threshold when it is equal to it', () => {
    let score: Score = none;
    const kinds = [0, 1, 2].map((day) => {
      const next = weigh(score, 'dead', noon + day * dayMs, rules);
      score = next;
      return next.kind;
    });
    assert.deepEqual(kinds, ['counted', 'counted', 'over']);
  });

  test('is forgotten after days without a failure', () => {
    const old = { score: 2, countedAt: noon };
    assert.equal(weigh(old, 'dead', noon + 7 * dayMs, rules).score, 3);
    assert.equal(weigh(old, 'dead', noon + 7 * dayMs + 1, rules).score, 1);
  });
});
