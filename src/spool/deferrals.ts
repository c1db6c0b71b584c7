/** Who of a batch was told "later", as its progress has it: since when, and the last words. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { progressFile } from './layout.ts';

/** What servers said of one recipient, again and again. */
export type Deferred = {
  /** When the attempt began that was put off first, ms. */
  readonly first: number;
  /** It was said of the message, the last time, not of the recipient. */
  readonly ofMessage: boolean;
  readonly code: number;
  readonly enhanced: string | undefined;
  readonly text: string;
  readonly relay: string | undefined;
};

const laterForm = /^([lm]) (\d+) (\d+) (?:(\S+) )?(\d{3}) (\S+) (.*)$/;

/** By position; whoever was answered later on stands here, too. */
export function deferredIn(folder: string): Map<number, Deferred> {
  const found = new Map<number, Deferred>();
  let at = 0;
  for (const line of fs.readFileSync(join(folder, progressFile), 'utf8').split('\n')) {
    const [, began] = /^c \d+ (\d+)$/.exec(line) ?? [];
    if (began !== undefined) at = Number(began);
    const [, kind, from, to, relay, code, enhanced, text = ''] = laterForm.exec(line) ?? [];
    if (kind === undefined) continue;
    const said = { ofMessage: kind === 'm', code: Number(code), text, relay };
    for (let position = Number(from); position <= Number(to); position += 1) {
      const first = found.get(position)?.first ?? at;
      found.set(position, { ...said, first, enhanced: enhanced === '-' ? undefined : enhanced });
    }
  }
  return found;
}
