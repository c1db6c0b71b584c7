/** Types and extensions of parts, as settings name them. */

/** Whether `image/png`, `image` or `image/*` means this type; all in lower case or not. */
export function matchesType(entry: string, type: string): boolean {
  const wanted = entry.trim().toLowerCase().replace(/\/\*$/, '');
  return wanted === type || wanted === type.slice(0, type.indexOf('/'));
}

/** What stands behind the last dot of a file name, lower case. */
export function extensionOf(filename: string | undefined): string | undefined {
  const dot = filename?.trimEnd().lastIndexOf('.') ?? -1;
  return filename === undefined || dot < 0
    ? undefined
    : filename
        .trimEnd()
        .slice(dot + 1)
        .toLowerCase();
}
