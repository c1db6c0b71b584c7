/** The newest postings as an Atom feed (RFC 4287). */
import { timeOfNumber } from '../index-look.ts';
import { escaped, html } from './html.ts';
import type { FullPosting } from './pages.ts';
import { authorName, type SiteView, shownText, subjectOf } from './shown.ts';

const maxTextChars = 2000;

/** The feed; its postings are the newest first. */
export function feedText(view: SiteView, postings: readonly FullPosting[]): string {
  const stamp = (id: number) => new Date(timeOfNumber(id)).toISOString();
  const entries = postings.map(({ row, text }) => {
    const link = `${view.url}m/${row.hash}.html`;
    return html`<entry>
<id>urn:listmill:${row.list}:${row.hash}</id>
<title>${subjectOf(view, row)}</title>
<link rel="alternate" type="text/html" href="${link}"/>
<author><name>${authorName(view, row)}</name></author>
<updated>${stamp(row.id)}</updated>
<content type="text">${shownText(view, text.slice(0, maxTextChars))}</content>
</entry>
`;
  });
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<id>urn:listmill:${escaped(view.list)}</id>
<title>${escaped(view.title)}</title>
<link rel="self" href="${escaped(`${view.url}feed.xml`)}"/>
<link rel="alternate" type="text/html" href="${escaped(`${view.url}index.html`)}"/>
<updated>${postings[0] ? stamp(postings[0].row.id) : '1970-01-01T00:00:00.000Z'}</updated>
${html`${entries}`.html}</feed>
`;
}
