/** Holes: places in a message where each recipient's copy has something of its own. */
import assert from 'node:assert/strict';

/**
 * How a value is written where its hole stands: plain text, text in format=flowed, text as HTML, or
 * a piece of an author's HTML, all in quoted-printable; or words of a header (RFC 2047).
 */
export const holeForms = ['text', 'flowed', 'html', 'page', 'words'] as const;
export type HoleForm = (typeof holeForms)[number];

/** Longest name of a hole, characters. */
export const maxHoleName = 32;

/** Writes a hole into a message: plain ASCII, safe in headers, quoted-printable and URLs. */
export function holeText(mark: string, name: string): string {
  assert.match(mark, /^[A-Za-z0-9-]{8,64}$/);
  assert.match(name, /^[a-z0-9-]{1,32}$/);
  return `{${mark}:${name}}`;
}

/** The name of the hole for the n-th personal fragment, in one form. */
export function fragmentName(n: number, form: HoleForm): string {
  return `${form}-${n}`;
}

/** A line of a text that stands for the n-th fragment, until it is known where it is put. */
export function fragmentLine(mark: string, n: number): string {
  return holeText(mark, String(n));
}

/** The hole for such a line, in the form of the place; undefined: the line is none. */
export function holeOfLine(line: string, mark: string | undefined, form: HoleForm) {
  if (mark === undefined || !line.startsWith(`{${mark}:`)) return undefined;
  const [, n] = /^\{[^:]+:(\d{1,6})\}$/.exec(line) ?? [];
  return n === undefined ? undefined : holeText(mark, fragmentName(Number(n), form));
}

/** Whether a text has such lines. */
export function hasFragments(text: string, mark: string | undefined): boolean {
  return mark !== undefined && text.includes(`{${mark}:`);
}
