/** The password that a moderator writes into a message: as a field, or as its first line. */
import type { HeaderBlock } from './types.ts';

/** The fields, lower case. */
export const approvedFields = ['approved', 'approve', 'x-approved', 'x-approve'] as const;

/** All fields in which moderators write passwords: no copy of a message keeps them. */
export const passwordFields = [...approvedFields, 'urgent'] as const;

const line = /^\s*(?:x-)?approved?\s*:\s*(.*?)\s*$/i;

/** What the first of these fields says. */
export function approvedIn(headers: Pick<HeaderBlock, 'get'>): string | undefined {
  for (const name of approvedFields) {
    const value = headers.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** What the first line that is not empty says, if it has that form. */
export function approvedLine(lines: readonly string[]): string | undefined {
  const first = lines.find((text) => text.trim() !== '');
  return first === undefined ? undefined : line.exec(first)?.[1];
}
