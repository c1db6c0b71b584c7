/** The site's own templates as files: which count, whether they are sound, putting one in place. */
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { listSample, samples } from '../composers/samples.ts';
import { renderTemplate } from '../composers/template.ts';
import { errorCode } from '../ground/errors.ts';
import { readTemplate, type TemplateFile, type TemplateOrder, templateFiles } from './templates.ts';

/** The names of all notices. */
export const templateNames: readonly string[] = Object.keys(samples);

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
export function tryTemplate(name: string, language: string, text: string) {
  const values = samples[name];
  if (!values) return { kind: 'broken', why: `there is no notice ${name}` } as const;
  return renderTemplate(text, language, { ...listSample, ...values }, { strict: true });
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
