/**
 * The paths of SMTP (RFC 5321 section 4.1.2), as generous as one can be without guessing.
 *
 * Who gives us mail has taken it already. A sender whose address offends somebody's taste
 * (`"two words"@a.example`, dots in a row, an underscore in a domain) would have his mail bounced
 * by a refusal, so it is for those who use an address to say whether they can.
 */

/** More is nobody's address, and no entry would hold it. */
const maxPathChars = 1000;
/** `@relay.example,@other.example:` before an address: to be taken, and to be left alone. */
const sourceRoute = /^(?:@(?:\[[^\]\s]*\]|[^\s,:@[\]]+)(?:,(?=@))?)+:/;
const refusedChars = /[\p{Cc}\p{Zl}\p{Zp}]/u;

export type Path = {
  /** Without angle brackets and source route; empty for `<>`. */
  readonly address: string;
  /** What stands behind the path: parameters. */
  readonly rest: string;
};

/** Reads a path at the beginning of a text; undefined where there is none. */
export function readPath(text: string): Path | undefined {
  const end = endOf(text);
  if (end === undefined || end > maxPathChars) return undefined;
  const rest = text.slice(end + 1);
  if (rest !== '' && !/^\s/.test(rest)) return undefined;
  const address = text.slice(1, end).replace(sourceRoute, '');
  return refusedChars.test(address) ? undefined : { address, rest: rest.trim() };
}

/** Where the `>` stands that ends the path: one within quotes does not. */
function endOf(text: string): number | undefined {
  if (!text.startsWith('<')) return undefined;
  let isQuoted = false;
  for (let at = 1; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') isQuoted = !isQuoted;
    else if (char === '\\' && isQuoted) at += 1;
    else if (char === '>' && !isQuoted) return at;
    else if (!isQuoted && (char === '<' || char === ' ')) return undefined;
  }
  return undefined;
}
