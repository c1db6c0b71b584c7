/** HTML that cannot be broken into: every value is escaped where it is put in. */

/** Markup that was made here. */
export type Html = { readonly html: string };

type Value = string | number | Html | readonly Html[] | undefined;

/** A piece of a page; what stands in it is text unless it was made by `html` too. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  let out = strings[0] ?? '';
  for (const [n, value] of values.entries()) out += textOf(value) + (strings[n + 1] ?? '');
  return { html: out };
}

function textOf(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
  return 'html' in value ? value.html : value.map((one) => one.html).join('');
}

/** What XML cannot have, and what turns the direction of the text behind it around. */
const unwanted = /[^\P{Cc}\t\n\r]|[\ufffe\uffff\u202a-\u202e\u2066-\u2069]/gu;
const special = /[&<>"']/;

/** Text as it stands in HTML and XML; marks that turn the direction of text around are left out. */
export function escaped(text: string): string {
  const plain = text.replace(unwanted, '');
  if (!special.test(plain)) return plain;
  return plain
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
