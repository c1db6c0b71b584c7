/** What went wrong in a row, with all that hides behind it. */
import { inspect } from 'node:util';

/** How deep errors hold each other. */
const depth = 8;

/** In one line: what stopped the row first, and then what went wrong while it was put away. */
export function wrongInLine(error: unknown, left = depth): string {
  if (!(error instanceof Error)) return String(error);
  const inside = ['error', 'suppressed', 'cause'].flatMap((name) => {
    return name in error ? [Reflect.get(error, name) as unknown] : [];
  });
  const many = error instanceof AggregateError ? error.errors : [];
  const texts = left === 0 ? [] : [...inside, ...many].map((one) => wrongInLine(one, left - 1));
  const own = error.name === 'SuppressedError' ? [] : [error.message];
  return [...own, ...texts.reverse()].join(': ');
}

/** With the places in the code. */
export function wrongInFull(error: unknown): string {
  return error instanceof Error ? inspect(error, { depth }) : String(error);
}
