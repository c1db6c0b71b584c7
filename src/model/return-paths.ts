/** Whether each copy of a posting has a return path of its own, and what we ask of MTAs. */
import type { Settings } from './settings.ts';

/** On this posting, by its number on the list. */
export function hasOwnPaths(
  { verp, verpEvery }: Pick<Settings, 'verp' | 'verpEvery'>,
  number: number,
): boolean {
  return verp === 'always' || (verp === 'sometimes' && number % verpEvery === 0);
}
