import type { Handler } from '../model/draft.ts';

/**
 * Leave the mark by which the `loop` rule knows what went through here.
 *
 * X-BeenThere, because answering machines know it; added, not replaced, so that a message on its
 * way over several lists carries the marks of all. No Mailing-List field: List-Id says it better.
 */
export const loopMark: Handler = {
  name: 'loop-mark',
  apply(draft, { list }) {
    return { ...draft, headers: draft.headers.addRaw('X-BeenThere', list.address) };
  },
};
