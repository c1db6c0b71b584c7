/** Plain text of HTML. */
import { compile } from 'html-to-text';

/** Elements nested deeper, and children beyond, are left out: a page may be made to be slow. */
const limits = { maxDepth: 100, maxChildNodes: 10_000, maxInputLength: 2_000_000 };

const convert = compile({
  wordwrap: 72,
  limits: { ...limits, ellipsis: '...' },
  selectors: [
    { selector: 'img', format: 'skip' },
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, ignoreHref: false } },
  ],
});

/** What a reader without HTML should see: lines of at most 72 characters, links behind their text. */
export function textOfHtml(html: string): string {
  return `${convert(html).trim()}\n`;
}
