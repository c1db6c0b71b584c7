/** What all pages have in common. */
import { type Html, html } from './html.ts';
import type { SiteView } from './shown.ts';

export type Page = {
  readonly title: string;
  /** `../` for pages in a folder. */
  readonly up: '' | '../';
  readonly body: Html;
  /** The one page that has a script. */
  readonly hasScript?: boolean;
};

/** Nothing runs, nothing is fetched from elsewhere, nothing is sent. */
const policy =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";

/** A whole page. */
export function pageText(view: SiteView, { title, up, body, hasScript = false }: Page): string {
  const csp = hasScript ? `${policy}; script-src 'self'` : policy;
  const robots = view.isPublic ? html`` : html`<meta name="robots" content="noindex, nofollow">`;
  const script = hasScript ? html`<script src="${up}search.js" defer></script>` : html``;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${csp}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
${robots}
<title>${title}</title>
<link rel="stylesheet" href="${up}style.css">
<link rel="alternate" type="application/atom+xml" href="${up}feed.xml" title="${view.title}">
${script}
</head>
<body>
<header>
<p class="list"><a href="${up}index.html">${view.title}</a></p>
<nav aria-label="Archive"><a href="${up}months.html">Months</a> <a href="${up}authors.html">Authors</a> <a href="${up}search.html">Search</a> <a href="${up}feed.xml">Feed</a></nav>
</header>
<main>
${body}
</main>
</body>
</html>
`;
  return page.html;
}
