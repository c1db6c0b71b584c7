/**
 * Put values in place of `$name`, `${name}` and `%(name)s`.
 *
 * What is not known stays as it is: texts talk about money, shells and each other's variables. `$$`
 * is one dollar sign. Values are not looked through again.
 */
export function fillIn(text: string, values: ReadonlyMap<string, string>): string {
  const form = /\$(?:(\$)|\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))|%\(([a-z_]+)\)s/g;
  return text.replace(
    form,
    (whole, dollar?: string, braced?: string, bare?: string, old?: string) => {
      if (dollar !== undefined) return '$';
      return values.get((braced ?? bare ?? old ?? '').toLowerCase()) ?? whole;
    },
  );
}
