/** Lists of tags (RFC 6376 section 3.2): `v=1; a=rsa-sha256; ...`. */

/** The tags of a list, names as written; undefined where it is malformed or names one twice. */
export function readTags(text: string): ReadonlyMap<string, string> | undefined {
  const tags = new Map<string, string>();
  const parts = text.split(';');
  if (parts.at(-1)?.trim() === '') parts.pop();
  for (const part of parts) {
    const [, name, value] = /^\s*([A-Za-z][A-Za-z0-9_]*)\s*=\s*([\s\S]*?)\s*$/.exec(part) ?? [];
    if (name === undefined || value === undefined || tags.has(name)) return undefined;
    tags.set(name, value);
  }
  return tags.size > 0 ? tags : undefined;
}

/** A value in base64 or hex without the white space that folding put into it. */
export function compact(value: string | undefined): string {
  return (value ?? '').replaceAll(/\s+/g, '');
}

/** The value of a field with that of its `b` tag taken out, all else as it was. */
export function withoutSignature(value: string): string {
  return value.replace(/((?:^|;)[ \t\r\n]*b[ \t\r\n]*=)[^;]*/, '$1');
}
