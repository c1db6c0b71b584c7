/** Runs a table of handlers over a draft. */
import type { Draft, Handler, Occasion } from '../model/draft.ts';
import { inEnglish } from './plain.ts';

/** An occasion; where nothing is said in the language of the list, it may lack the words. */
export type PlainOccasion = Omit<Occasion, 'say'> & Partial<Pick<Occasion, 'say'>>;

/** The draft as the last handler left it; nothing is written or sent here. */
export function prepare(handlers: readonly Handler[], draft: Draft, plain: PlainOccasion): Draft {
  const occasion: Occasion = { say: (line) => inEnglish(line, plain.list), ...plain };
  return handlers.reduce((sofar, handler) => handler.apply(sofar, occasion), draft);
}
