/** Runs a table of handlers over a draft. */
import type { Draft, Handler, Occasion } from '../model/draft.ts';

/** The draft as the last handler left it; nothing is written or sent here. */
export function prepare(handlers: readonly Handler[], draft: Draft, occasion: Occasion): Draft {
  return handlers.reduce((sofar, handler) => handler.apply(sofar, occasion), draft);
}
