/**
 * A digest as a page of HTML. Nothing of what people wrote is taken for markup: their HTML is
 * shown as its text. No scripts, no pictures, nothing from elsewhere.
 */
import type { ShownItem, TextDigest } from '../mail/digest-text.ts';
import type { ContentsLine } from './digest-contents.ts';

export type Page = {
  readonly language: string;
  readonly title: string;
  /** The words around the table of contents. */
  readonly front: string;
  readonly end: string;
  readonly lines: readonly ContentsLine[];
  readonly contents: string;
  readonly attached: TextDigest['attached'];
  readonly cut: string;
  readonly linkTo: (line: ContentsLine) => string | undefined;
};

const style = [
  'body{font:16px/1.5 sans-serif;max-width:45em;margin:1em auto;padding:0 1em}',
  'article{border-top:1px solid #999;margin-top:2em}',
  'dl{display:grid;grid-template-columns:max-content 1fr;gap:0 1em;margin:1em 0}',
  'dd{margin:0;overflow-wrap:anywhere}',
  '.t{white-space:pre-wrap;overflow-wrap:anywhere}',
  '.q{color:#555}',
  'ol{padding-left:2.5em}',
  'li.a{margin-left:1.5em}',
].join('');

/** The page, a message at a time. */
export async function* pageOf(page: Page, items: AsyncIterable<ShownItem>): AsyncGenerator<string> {
  yield `<!DOCTYPE html>\n<html lang="${escaped(page.language)}">\n<head>\n` +
    `<meta charset="utf-8">\n<title>${escaped(page.title)}</title>\n` +
    `<style>${style}</style>\n</head>\n<body>\n<h1>${escaped(page.title)}</h1>\n`;
  const [before = '', behind = ''] = page.front.split(page.contents);
  yield `<div class="t">${linked(before.trim())}</div>\n<ol>\n`;
  for (const { number, subject, author, isAnswer } of page.lines) {
    const text = subject === undefined ? author : `${subject} (${author})`;
    const row = `<a href="#m${number}">${escaped(text)}</a>`;
    yield `<li value="${number}"${isAnswer ? ' class="a"' : ''}>${row}</li>\n`;
  }
  yield `</ol>\n<div class="t">${linked(behind.trim())}</div>\n`;
  for await (const item of items) yield article(page, item);
  yield `<hr>\n<div class="t">${linked(page.end.trim())}</div>\n</body>\n</html>\n`;
}

function article(page: Page, { number, fields, text }: ShownItem): string {
  const line = page.lines.find((one) => one.number === number);
  const link = line && page.linkTo(line);
  const subject = fields.find(([name]) => name === 'Subject')?.[1] ?? '';
  const rows = fields
    .filter(([name]) => name !== 'Subject' && name !== 'Message-ID')
    .map(([name, value]) => `<dt>${name}</dt><dd>${escaped(value)}</dd>`);
  const notes = [...text.attachments.map(page.attached), ...(text.isCut ? [page.cut] : [])];
  const heading = `${number}. ${escaped(subject)}`;
  return [
    `<article id="m${number}">`,
    `<h2>${link === undefined ? heading : `<a href="${escaped(link)}">${heading}</a>`}</h2>`,
    `<dl>${rows.join('')}</dl>`,
    `<div class="t">${quoted(text.text)}</div>`,
    ...notes.map((note) => `<p class="q">${escaped(note)}</p>`),
    '</article>\n',
  ].join('\n');
}

/** Lines that quote somebody else step back. */
function quoted(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (/^\s?>/.test(line) ? `<span class="q">${linked(line)}</span>` : linked(line)))
    .join('\n');
}

const url = /https?:\/\/[^\s<>"']{1,500}[^\s<>"'.,;:!?)\]}]/g;

/** Text with its addresses of the web as links. */
function linked(text: string): string {
  let out = '';
  let at = 0;
  for (const match of text.matchAll(url)) {
    const link = escaped(match[0]);
    out += `${escaped(text.slice(at, match.index))}<a href="${link}" rel="nofollow">${link}</a>`;
    at = match.index + match[0].length;
  }
  return out + escaped(text.slice(at));
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
