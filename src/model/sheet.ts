/** Finds what belongs to an entry in the text of an `entry.json`. */

/**
 * The line of an entry, where a file has several, and its recipients below it; nothing else in the
 * file is written as its id is. Of two for one id the last counts: the first was prepared by a step
 * that was cut off.
 */
export function sheetOf(
  bytes: Buffer,
  id: string,
): { readonly line: string; readonly below: Buffer } {
  const own = bytes.lastIndexOf(`"id":"${id}"`);
  const from = own < 0 ? 0 : bytes.lastIndexOf(10, own) + 1;
  const end = bytes.indexOf(10, from) + 1;
  if (end === 0) return { line: bytes.toString('utf8', from), below: bytes.subarray(0, 0) };
  const next = bytes.indexOf('\n{', end - 1) + 1;
  const below = bytes.subarray(end, next === 0 ? bytes.length : next);
  return { line: bytes.toString('utf8', from, end), below };
}
