/**
 * Fills templates: `Subject: ...`, an empty line, the text. The language is Liquid; it can loop
 * and choose, and can neither run code nor read a file.
 *
 * Values are plain text and are put in as they are; what they hold is not looked through again.
 */
import { Liquid } from 'liquidjs';
import { explain } from '../ground/errors.ts';
import type { Rendered } from './text.ts';

/** What a template can be given. */
export type TemplateValue =
  | string
  | number
  | boolean
  | readonly string[]
  | readonly Readonly<Record<string, string | number>>[];
export type TemplateValues = Readonly<Record<string, TemplateValue>>;

/** What a piece of text is filled with for one recipient. */
export type PersonValues = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

export type Filled =
  | { readonly kind: 'text'; readonly rendered: Rendered }
  | { readonly kind: 'broken'; readonly why: string };

/** Longest template, and about the longest text that is made of one, characters. */
export const maxTemplate = 65_536;
const maxText = 1_000_000;
/** A template that loops within loops is ended; no honest one takes a hundredth of it. */
const maxMs = 5000;
/** For what is filled once a recipient, and may have been written by whoever may post. */
const pieceLimits = { renderLimit: 50, memoryLimit: 100_000 };
/** Longest subject, characters. */
const maxSubject = 500;

const engines = new Map<string, Liquid>();

/** Fills a template. `strict`: names that it is not given are faults, as for a check. */
export function renderTemplate(
  template: string,
  language: string,
  values: TemplateValues,
  { strict = false }: { readonly strict?: boolean } = {},
): Filled {
  const [, subject, body] = /^Subject:[ \t]*(.*)\r?\n\r?\n([\s\S]*)$/.exec(template) ?? [];
  if (subject === undefined || body === undefined) {
    return { kind: 'broken', why: 'it must begin with "Subject: ..." and an empty line' };
  }
  if (template.length > maxTemplate) {
    return { kind: 'broken', why: `it is longer than ${maxTemplate} characters` };
  }
  try {
    const engine = engineFor(language);
    const fill = (text: string): string =>
      String(engine.parseAndRenderSync(text, values, { strictVariables: strict }));
    const line = fill(subject).replaceAll(/\s+/g, ' ').trim().slice(0, maxSubject);
    // So that faults name lines of the file: those that are added are taken away below.
    const text = fill(`\n\n${body}`)
      .replaceAll('\r\n', '\n')
      .replaceAll(/\n{3,}/g, '\n\n')
      .replace(/^(?:[ \t]*\n)+/, '')
      .trimEnd();
    return { kind: 'text', rendered: { subject: line, text: `${text}\n` } };
  } catch (error) {
    return { kind: 'broken', why: explain(error) };
  }
}

/**
 * Makes a filler of a piece of text; it is read once and filled for each recipient. What is no
 * template after all stays as it was written: it must not stop a mailing.
 */
export function fillerOf(piece: string, language: string): (values: PersonValues) => string {
  const [, only] = /^\s*\{\{\s*([a-z_]+)\s*\}\}\s*$/.exec(piece) ?? [];
  if (only !== undefined) return (values) => String(values[only] ?? '');
  try {
    const engine = engineFor(language);
    const parsed = engine.parse(piece);
    let isBroken = false;
    return (values) => {
      if (isBroken) return piece;
      try {
        return String(engine.renderSync(parsed, values, pieceLimits));
      } catch {
        // Once is enough: it must not cost its time for each of a million recipients.
        isBroken = true;
        return piece;
      }
    };
  } catch {
    return () => piece;
  }
}

/** What is wrong with a piece of text that is to be filled for each recipient, for its author. */
export function faultOf(piece: string, language: string, values: PersonValues): string | undefined {
  try {
    const engine = engineFor(language);
    engine.parseAndRenderSync(piece, values, { ...pieceLimits, strictVariables: true });
    return undefined;
  } catch (error) {
    return explain(error);
  }
}

function engineFor(language: string): Liquid {
  const found = engines.get(language) ?? makeEngine(language);
  engines.set(language, found);
  return found;
}

function makeEngine(language: string): Liquid {
  const engine = new Liquid({
    // Given a table of templates it never looks for files; there are none in it.
    templates: {},
    ownPropertyOnly: true,
    strictFilters: true,
    lenientIf: true,
    parseLimit: maxTemplate,
    memoryLimit: maxText,
    renderLimit: maxMs,
    locale: language,
  });
  const dates = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  const times = new Intl.DateTimeFormat(language, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  });
  const numbers = new Intl.NumberFormat(language);
  const plurals = new Intl.PluralRules(language);
  // Milliseconds since 1970, UTC: what every time here is.
  const when = (how: Intl.DateTimeFormat) => (value: unknown) =>
    Number.isFinite(Number(value)) ? how.format(Number(value)) : String(value);
  engine.registerFilter('date', when(dates));
  engine.registerFilter('time', (value: unknown) => `${when(times)(value)} UTC`);
  // `{{ n | plural: one: "day", other: "days" }}`: the form that goes with a number.
  engine.registerFilter('plural', (value: unknown, ...forms: unknown[]) => {
    const known = new Map(forms.filter((one): one is [string, unknown] => Array.isArray(one)));
    return String(known.get(plurals.select(Number(value))) ?? known.get('other') ?? '');
  });
  engine.registerFilter('number', (value: unknown) =>
    Number.isFinite(Number(value)) ? numbers.format(Number(value)) : String(value),
  );
  return engine;
}
