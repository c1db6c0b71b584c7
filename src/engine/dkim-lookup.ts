/** Asks DNS for keys of signatures. */
import { errorCode } from '../ground/errors.ts';
import type { AskKey } from '../mail/dkim/verify.ts';
import type { AskTxt } from '../mta/dmarc.ts';

/** Each name once; what is no answer in time is trouble. */
export function keyLookup(ask: AskTxt, limitMs: number): AskKey {
  const asked = new Map<string, ReturnType<AskKey>>();
  const find: AskKey = async (name) => {
    try {
      return await ask(name, AbortSignal.timeout(limitMs));
    } catch (error) {
      return ['ENOTFOUND', 'ENODATA'].includes(errorCode(error) ?? '') ? 'absent' : 'trouble';
    }
  };
  return (name) => {
    const known = asked.get(name) ?? find(name);
    asked.set(name, known);
    return known;
  };
}
