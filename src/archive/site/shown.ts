/** How people, times and texts are shown on pages. */
import type { PostingRow } from '../index-look.ts';
import { timeOfNumber } from '../index-look.ts';
import { type Html, html } from './html.ts';

/** Whose pages these are, and for whom. */
export type SiteView = {
  readonly title: string;
  readonly description: string;
  readonly list: string;
  /** Addresses are cut: anybody may read. */
  readonly isPublic: boolean;
  /** Where the site will be found, with a slash at its end; empty: not known. */
  readonly url: string;
};

const address = /([\p{L}\p{N}._%+'-]{1,64})@[\p{L}\p{N}](?:[\p{L}\p{N}.-]{0,250}[\p{L}\p{N}])?/gu;

/** A text for this site: addresses cut where anybody may read it. */
export function shownText({ isPublic }: SiteView, text: string): string {
  return isPublic ? text.replace(address, '$1@…') : text;
}

/** Who wrote it. */
export function authorName(view: SiteView, row: PostingRow): string {
  if (row.state === 'removed') return '(removed)';
  return shownText(view, row.authorName || row.address || '(unknown)');
}

/** The subject, or what stands in its place. */
export function subjectOf(view: SiteView, row: PostingRow): string {
  if (row.state === 'removed') return '(this message was removed)';
  return shownText(view, row.subject) || '(no subject)';
}

/** A time that machines read as well. */
export function timeTag(id: number): Html {
  const iso = new Date(timeOfNumber(id)).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')}</time>`;
}

/** `2026-11` of a number. */
export function monthOfNumber(id: number): string {
  return new Date(timeOfNumber(id)).toISOString().slice(0, 7);
}

const link = /\bhttps?:\/\/[^\s<>"'()]{1,1000}[^\s<>"'().,;:!?]/g;

/** A text with its links, and quotes apart. */
export function prose(view: SiteView, text: string): Html {
  const blocks: Html[] = [];
  let lines: string[] = [];
  let isQuote = false;
  const flush = (): void => {
    if (lines.length === 0) return;
    const inner = linked(shownText(view, lines.join('\n')));
    blocks.push(isQuote ? html`<span class="q">${inner}</span>` : html`${inner}`);
    blocks.push({ html: '\n' });
    lines = [];
  };
  for (const line of text.trimEnd().split('\n')) {
    const quoted = /^\s{0,3}[>|]/.test(line);
    if (quoted !== isQuote) flush();
    isQuote = quoted;
    lines.push(line);
  }
  flush();
  return html`<div class="text" dir="auto">${blocks}</div>`;
}

function linked(text: string): Html {
  const pieces: Html[] = [];
  let at = 0;
  for (const { 0: url, index } of text.matchAll(link)) {
    pieces.push(
      html`${text.slice(at, index)}<a href="${url}" rel="nofollow noopener ugc">${url}</a>`,
    );
    at = index + url.length;
  }
  pieces.push(html`${text.slice(at)}`);
  return html`${pieces}`;
}

const units = ['bytes', 'KiB', 'MiB', 'GiB'];

/** `12 KiB`. */
export function sizeText(bytes: number): string {
  let [size, unit] = [bytes, 0];
  for (; size >= 1024 && unit < units.length - 1; unit += 1) size /= 1024;
  return `${Math.round(size)} ${units[unit]}`;
}
