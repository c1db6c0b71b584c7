/** Finds the addresses in the lines of a report. */

/** Longer is no address. */
const maxAddress = 320;
/** From one line; nobody lists more. */
const maxOnLine = 20;

// Reporters print domains as they got them, lawful or not.
const domainForm = /^[^\s<>()[\]\\,;:"'@]{1,253}$/u;
const domainLiteral = /^\[[0-9a-f.:]{2,60}\]$/i;
const localForm = /^(?:[^\s<>()[\]\\,;:"@]{1,128}|"[^"\n]{1,128}")$/u;
const quotedAway = /^[<'"`(]{1,3}|[>'"`)]{1,3}$/g;

/** The address in its plain form (lower case, no brackets, no source route), or undefined. */
export function plainAddress(text: string): string | undefined {
  if (text.length > maxAddress) return undefined;
  let bare = text.trim().replace(/^(?:mailto|smtp):/i, '');
  const inner = /<([^<>]{1,320})>$/.exec(bare);
  bare = inner?.[1] ?? bare;
  if (!/^"[^"]{1,128}"@/.test(bare)) bare = bare.replace(quotedAway, '');
  bare = bare.replace(/^@[^\s:]{1,200}:/, '').replace(/[.,;:!]{1,3}$/, '');
  const at = bare.lastIndexOf('@');
  if (at < 1) return undefined;
  const local = bare.slice(0, at);
  const domain = bare.slice(at + 1);
  if (!localForm.test(local)) return undefined;
  if (!domainForm.test(domain) && !domainLiteral.test(domain)) return undefined;
  return bare.toLowerCase();
}

const bracketed = /<([^<>\s]{1,200}@[^<>\s]{1,200})>/;
const bare = /([^\s<>()[\]\\,;:"'@=]{1,128}@[\p{L}\p{N}][\p{L}\p{N}._-]{0,200})/u;
const inText = new RegExp(`${bracketed.source}|${bare.source}`, 'gu');

/** Every address in a line of text, in order. */
export function addressesIn(line: string): string[] {
  if (!line.includes('@')) return [];
  const found: string[] = [];
  for (const hit of line.matchAll(inText)) {
    const address = plainAddress(hit[1] ?? hit[2] ?? '');
    if (address !== undefined && !found.includes(address)) found.push(address);
    if (found.length >= maxOnLine) break;
  }
  return found;
}

/** The addresses of a header field: `To: A <a@b.c>, d@e.f`. */
export function addressesOf(values: readonly string[] | undefined): string[] {
  return (values ?? []).flatMap((value) => addressesIn(value.slice(0, 8192)));
}

/** An X.400 address that carries an internet one: `/RFC-822=user(a)host/`, `DDA:SMTP=user@host`. */
export function fromX400(text: string): string | undefined {
  const hit = x400.exec(text)?.[1];
  return hit === undefined ? undefined : plainAddress(hit.replace(/\(a\)/i, '@'));
}

const x400 = /(?:RFC-?822|SMTP)\s?=\s?([^;/\s]{1,150}?(?:\(a\)|@)[^;/\s]{1,150})/i;

/** Addresses that Exchange wraps for other systems: `IMCEAEX-_O=..`, `IMCEASMTP-user+40host@x`. */
export function fromImcea(address: string): string | undefined {
  const hit = /^imceasmtp-([^@]{1,200})@/i.exec(address);
  if (hit?.[1] === undefined) return undefined;
  const plain = hit[1].replace(/\+([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return plainAddress(plain);
}
