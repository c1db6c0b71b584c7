/** Whether each copy of a posting has a return path of its own, and what we ask of MTAs. */
import { unreachable } from '../ground/errors.ts';
import type { Settings } from './settings.ts';

/** On this posting, by its number on the list. */
export function hasOwnPaths(
  { verp, verpEvery, personalize }: Pick<Settings, 'verp' | 'verpEvery' | 'personalize'>,
  number: number,
): boolean {
  switch (verp) {
    case 'always':
      return true;
    case 'sometimes':
      return number % verpEvery === 0;
    case 'personal':
      return personalize !== 'none';
    case 'never':
      return false;
    default:
      return unreachable(verp);
  }
}
