import type { HeaderBlock } from '../mail/types.ts';
import { reason } from '../model/phrases.ts';
import type { Rule } from '../model/posting.ts';

/**
 * What the mail server's filter wrote: X-Spam-Flag, X-Spam-Status, X-Spam-Score, X-Spam-Level.
 * A sender can write such fields too, but only against himself: nothing here speaks for a posting.
 */
export const spamVerdict: Rule = {
  name: 'spam-verdict',
  check({ headers, list }) {
    const limit = list.settings.spamScore;
    if (isCalledSpam(headers)) return { why: reason('spam-called', {}) };
    const score = scoreOf(headers);
    if (limit === 0 || score === undefined || score < limit) return undefined;
    return { why: reason('spam-score', { score, limit }) };
  },
};

function isCalledSpam(headers: HeaderBlock): boolean {
  return ['x-spam-flag', 'x-spam-status', 'x-spam'].some((name) =>
    headers.all(name).some((value) => /^yes\b/i.test(value)),
  );
}

/** The highest that is given. */
function scoreOf(headers: HeaderBlock): number | undefined {
  const scores = [
    ...headers.all('x-spam-score').map((value) => Number.parseFloat(value)),
    ...headers
      .all('x-spam-status')
      .map((value) =>
        Number.parseFloat(/\bscore=(-?[\d.]+)/i.exec(value.slice(0, 1000))?.[1] ?? ''),
      ),
    ...headers.all('x-spam-level').map((value) => /^\**/.exec(value)?.[0].length ?? 0),
  ].filter((score) => Number.isFinite(score));
  return scores.length === 0 ? undefined : Math.max(...scores);
}
