/** `FIELD: PATTERN => ACTION`: what is looked for in a header, and what it means. */
import type { HeaderBlock } from '../mail/types.ts';
import { compilePattern, isWrong, type Pattern, type WrongPattern } from './pattern.ts';
import type { RuleAction } from './posting.ts';

export type HeaderMatch = {
  /** Lower case. */
  readonly field: string;
  readonly pattern: Pattern;
  readonly action: RuleAction | undefined;
};

const actions = ['accept', 'hold', 'reject', 'discard', 'note'] as const;

/** Reads one entry; with `wantsAction` it must end with `=> ACTION`, else it must not. */
export function readHeaderMatch(entry: string, wantsAction: boolean): HeaderMatch | WrongPattern {
  const [, field, rest] = /^\s*([!-9;-~]+)\s*:\s*(.*)$/.exec(entry) ?? [];
  if (field === undefined || rest === undefined) return wrong(entry, 'FIELD: is missing');
  const [, source, word] = /^(.*?)\s*=>\s*([a-z]+)\s*$/.exec(rest) ?? [undefined, rest, undefined];
  if (!wantsAction) return matchOf(field, rest, undefined);
  const action = actions.find((known) => known === word);
  if (action === undefined) return wrong(entry, `=> ACTION is missing: ${actions.join(', ')}`);
  return matchOf(field, source ?? '', action);
}

function matchOf(
  field: string,
  source: string,
  action: RuleAction | undefined,
): HeaderMatch | WrongPattern {
  const pattern = compilePattern(source.trim());
  return isWrong(pattern) ? pattern : { field: field.toLowerCase(), pattern, action };
}

function wrong(entry: string, why: string): WrongPattern {
  return { kind: 'wrong', why: `${JSON.stringify(entry.slice(0, 80))}: ${why}` };
}

/** Values of one field of one part that are looked at. */
const maxValues = 100;

/** The value in which an entry is found, in the header or in that of any part. */
export function findMatch(
  { field, pattern }: HeaderMatch,
  headers: readonly Pick<HeaderBlock, 'all'>[],
): string | undefined {
  for (const block of headers) {
    const found = block
      .all(field)
      .slice(0, maxValues)
      .find((value) => pattern.test(value));
    if (found !== undefined) return found;
  }
  return undefined;
}
