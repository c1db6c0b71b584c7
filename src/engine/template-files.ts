/** The site's own templates as files: which count, whether they are sound, putting one in place. */
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { listSample, samples } from '../composers/samples.ts';
import { type Filled, renderTemplate } from '../composers/template.ts';
import { errorCode } from '../ground/errors.ts';
import { type BookName, type PhraseValues, phraseBooks } from '../model/phrases.ts';
import { readTemplate, type TemplateFile, type TemplateOrder, templateFiles } from './templates.ts';

/** The names of all notices, and of the books of sentences that stand within them. */
export const templateNames: readonly string[] = [
  ...Object.keys(samples),
  ...Object.keys(phraseBooks),
];

/** The file that counts, with its text. */
export function countingTemplate(
  name: string,
  order: TemplateOrder,
): (TemplateFile & { readonly text: string }) | undefined {
  for (const file of templateFiles(name, order)) {
    const text = readTemplate(file.path);
    if (text !== undefined) return { ...file, text };
  }
  return undefined;
}

/** What a template looks like with examples in it; why not, where it has a fault. */
export function tryTemplate(name: string, language: string, text: string): Filled {
  const phrases = Object.hasOwn(phraseBooks, name) ? phraseBooks[name as BookName] : undefined;
  if (phrases) return tryBook(phrases, language, text);
  const values = samples[name];
  if (!values) return { kind: 'broken', why: `there is no notice ${name}` };
  return renderTemplate(text, language, { ...listSample, ...values }, { strict: true });
}

/** Every sentence must be there; what is missing is taken from elsewhere, and seldom wanted so. */
function tryBook(
  phrases: Readonly<Record<string, PhraseValues>>,
  language: string,
  text: string,
): Filled {
  const said: string[] = [];
  let subject = '';
  for (const [phrase, values] of Object.entries(phrases)) {
    const all = { ...listSample, ...values, phrase };
    const filled = renderTemplate(text, language, all, { strict: true });
    if (filled.kind === 'broken') return { ...filled, why: `"${phrase}": ${filled.why}` };
    if (filled.rendered.text.trim() === '') {
      return { kind: 'broken', why: `it does not say "${phrase}"` };
    }
    ({ subject } = filled.rendered);
    said.push(filled.rendered.text);
  }
  return { kind: 'text', rendered: { subject, text: said.join('') } };
}

/** A fault of one of the site's own templates. */
export type Fault = { readonly file: string; readonly why: string };

/** Looks through all templates below the site's folder; yields each file and its fault, if any. */
export function* checkTemplates(folder: string): Generator<Fault | { readonly file: string }> {
  for (const path of filesIn(folder)) {
    const file = relative(folder, path);
    // Documentation may lie beside them.
    if (!file.endsWith('.txt')) continue;
    const parts = file.split('/');
    const [level] = parts;
    const wanted = level === 'site' ? 3 : 4;
    const isPlace = level === 'site' || level === 'domains' || level === 'lists';
    if (!isPlace || parts.length !== wanted) {
      yield { file, why: 'nothing looks for it here: see "listmill template edit"' };
      continue;
    }
    const language = parts.at(-2) ?? '';
    const name = (parts.at(-1) ?? '').replace(/\.txt$/, '');
    const text = readTemplate(path);
    const tried =
      text === undefined
        ? ({ kind: 'broken', why: 'it cannot be read as text' } as const)
        : tryTemplate(name, language, text);
    yield tried.kind === 'broken' ? { file, why: tried.why } : { file };
  }
}

function* filesIn(folder: string): Generator<string> {
  let entries: ReturnType<typeof listing>;
  try {
    entries = listing(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(path);
    else yield path;
  }
}

function listing(folder: string) {
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Puts a template in its place, whole or not at all. */
export function installTemplate(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.new`;
  writeFileSync(draft, text);
  chmodSync(draft, 0o640);
  renameSync(draft, path);
}

/** Removes a template of the site's own; false: there was none. */
export function removeTemplate(path: string): boolean {
  if (readTemplate(path) === undefined) return false;
  rmSync(path);
  return true;
}
