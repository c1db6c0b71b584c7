/** What hosts found out about a message (RFC 8601). */
import type { HeaderBlock } from './types.ts';

export type AuthResult = {
  /** Lower case: `dkim`, `spf`, `dmarc`. */
  readonly method: string;
  /** Lower case: `pass`, `fail`, `none`. */
  readonly result: string;
};

const maxFields = 50;
const maxChars = 10_000;

/**
 * The results in the fields of trusted hosts. Anybody can write such a field: RFC 8601 section 5
 * has the host that adds its own remove those that came with its name in them.
 */
export function authResults(
  headers: Pick<HeaderBlock, 'raw'>,
  trusted: readonly string[],
): AuthResult[] {
  const names = new Set(trusted.map((name) => name.toLowerCase()));
  return headers
    .raw('authentication-results')
    .slice(0, maxFields)
    .flatMap((value) => {
      const { host, results } = partsOf(value);
      return names.has(host) ? results.flatMap(resultOf) : [];
    });
}

/** Who says so: the name (authserv-id) in such a field, lower case. */
export function authHost(value: string): string {
  return partsOf(value).host;
}

function partsOf(value: string): { readonly host: string; readonly results: readonly string[] } {
  const [host = '', ...results] = withoutComments(value.slice(0, maxChars)).split(';');
  return { host: host.trim().split(/\s+/)[0]?.toLowerCase() ?? '', results };
}

function resultOf(text: string): AuthResult[] {
  const [, method, result] = /^\s*([a-z0-9-]+)(?:\s*\/\s*\d+)?\s*=\s*([a-z]+)/i.exec(text) ?? [];
  if (method === undefined || result === undefined) return [];
  return [{ method: method.toLowerCase(), result: result.toLowerCase() }];
}

/** Comments may hold anything, `;` and `dmarc=pass` too; so may quoted strings. */
function withoutComments(value: string): string {
  let out = '';
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < value.length; at += 1) {
    const char = value[at] ?? '';
    if (char === '\\') at += 1;
    else if (isQuoted) isQuoted = char !== '"';
    else if (char === '"' && depth === 0) isQuoted = true;
    else if (char === '(') depth += 1;
    else if (char === ')') depth = Math.max(0, depth - 1);
    else if (depth === 0) out += char;
  }
  return out;
}
