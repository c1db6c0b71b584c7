/** The fields that say what a body is. */
import type { HeaderBlock } from './types.ts';

const contentField = /^(?:content-|mime-version$)/;

/** Removes what is said of the content. */
export function withoutContent(headers: HeaderBlock): HeaderBlock {
  return headers.remove(contentField);
}

/** The block with what `source` says of its content instead of what it said itself. */
export function withContentOf(headers: HeaderBlock, source: HeaderBlock): HeaderBlock {
  const names = source.names().filter((name) => contentField.test(name));
  const isSame =
    names.every((name) => same(source.raw(name), headers.raw(name))) &&
    headers.names().filter((name) => contentField.test(name)).length === names.length;
  if (isSame) return headers;
  let out = withoutContent(headers);
  for (const name of names) {
    for (const value of source.raw(name)) out = out.addRaw(written(name), value);
  }
  return out.has('mime-version') ? out : out.setRaw('MIME-Version', '1.0');
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, n) => value === b[n]);
}

/** `Content-Type`, as people write it. */
function written(name: string): string {
  if (name === 'mime-version') return 'MIME-Version';
  return name.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
