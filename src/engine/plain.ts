/** What logs, mail servers and people at the command line are told: the shipped English. */
import { join } from 'node:path';
import { renderTemplate } from '../composers/template.ts';
import { listValues } from '../composers/text.ts';
import type { ListView } from '../model/list.ts';
import { type BookName, bookOf, type Line } from '../model/phrases.ts';
import type { Reason } from '../model/posting.ts';
import { shippedTemplates } from './shipped.ts';
import { readTemplate } from './templates.ts';

const books = new Map<BookName, string>();

/** A line in English, whatever the site makes of it for its people: so a log can be searched. */
export function inEnglish(line: Line, list: ListView): string {
  if (typeof line === 'string') return line;
  const { phrase, values } = line;
  const filled = renderTemplate(englishBook(bookOf(phrase)), 'en', {
    ...listValues(list),
    ...values,
    phrase,
  });
  if (filled.kind === 'broken') throw new Error(`"${phrase}" cannot be said: ${filled.why}`);
  return filled.rendered.text.trimEnd();
}

/** Each rule with what it says. */
export function worded(
  reasons: readonly Reason[],
  list: ListView,
): readonly { readonly rule: string; readonly text: string }[] {
  return reasons.map(({ rule, why }) => ({ rule, text: inEnglish(why, list) }));
}

/** `max-size: The message is 70,000 bytes; ...`, one a line. */
export function ruleTexts(reasons: readonly Reason[], list: ListView): string[] {
  return worded(reasons, list).map(({ rule, text }) => `${rule}: ${text}`);
}

function englishBook(name: BookName): string {
  const known = books.get(name) ?? readTemplate(join(shippedTemplates(), 'en', `${name}.txt`));
  if (known === undefined) throw new Error(`the template ${name} is missing`);
  books.set(name, known);
  return known;
}
