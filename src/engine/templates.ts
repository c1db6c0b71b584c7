/**
 * Where templates lie, and which one counts: that of the list, else of its domain, else of the
 * site, else the one that comes with Listmill; at each place in the language that is wanted,
 * else in the list's, else in English.
 *
 *   TEMPLATES/lists/<list-id>/<language>/<name>.txt
 *   TEMPLATES/domains/<domain>/<language>/<name>.txt
 *   TEMPLATES/site/<language>/<name>.txt
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { maxTemplate, renderTemplate, type TemplateValues } from '../composers/template.ts';
import { listValues, type Rendered } from '../composers/text.ts';
import { errorCode } from '../ground/errors.ts';
import type { Log } from '../ground/log.ts';
import { languagesFor } from '../model/language.ts';
import type { ListView } from '../model/list.ts';
import { bookOf, type Phrase } from '../model/phrases.ts';
import { shippedTemplates } from './shipped.ts';

/** Whose templates: the more special counts. */
export type Level = 'list' | 'domain' | 'site' | 'shipped';

/** One place where a template may lie. */
export type TemplateFile = {
  readonly level: Level;
  readonly language: string;
  readonly path: string;
};

export type TemplateOrder = {
  /** The folder of the site's own templates. */
  readonly folder: string;
  readonly list: Pick<ListView, 'id' | 'domain' | 'settings'> | undefined;
  /** Without one: that of the list. */
  readonly language: string | undefined;
};

const nameForm = /^[a-z][a-z0-9-]{0,60}$/;

/** The folders in which templates of each level lie; the first that has one counts. */
export function levelFolders({
  folder,
  list,
}: Pick<TemplateOrder, 'folder' | 'list'>): readonly (readonly [Level, string])[] {
  const own: (readonly [Level, string])[] = list
    ? [
        ['list', join(folder, 'lists', list.id)],
        ['domain', join(folder, 'domains', list.domain)],
      ]
    : [];
  return [...own, ['site', join(folder, 'site')], ['shipped', shippedTemplates()]];
}

/** All places of a template in the order in which they count. */
export function templateFiles(name: string, order: TemplateOrder): readonly TemplateFile[] {
  if (!nameForm.test(name)) return [];
  const languages = languagesFor(order.language, order.list?.settings.language ?? 'en');
  return levelFolders(order).flatMap(([level, folder]) =>
    languages.map((language) => ({ level, language, path: join(folder, language, `${name}.txt`) })),
  );
}

/** The text of a template; undefined where there is none, or it is no file of text. */
export function readTemplate(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    return text.length > maxTemplate || text.includes('\0') ? undefined : text;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR' || code === 'EACCES') {
      return undefined;
    }
    throw error;
  }
}

/** Fills templates of a site. */
export type Texts = (
  name: string,
  language: string | undefined,
  list: ListView,
  values: TemplateValues,
) => Promise<Rendered & { readonly language: string }>;

/** One with a fault is passed over, and told in the log: it must not stop mail. */
export function siteTexts(folder: string, log: Pick<Log, 'error'>): Texts {
  return async (...wanted) => fillFirst(folder, log, ...wanted);
}

/** Says sentences in the language of a list. */
export type Words = (line: Phrase, list: ListView) => string;

/** The same for single sentences that are written into postings. */
export function siteWords(folder: string, log: Pick<Log, 'error'>): Words {
  return ({ phrase, values }, list) => {
    const all = { ...values, phrase };
    return fillFirst(folder, log, bookOf(phrase), undefined, list, all).text.trimEnd();
  };
}

function fillFirst(
  folder: string,
  log: Pick<Log, 'error'>,
  ...[name, language, list, values]: Parameters<Texts>
): Awaited<ReturnType<Texts>> {
  const all = { ...listValues(list), ...values };
  for (const file of templateFiles(name, { folder, list, language })) {
    const template = readTemplate(file.path);
    if (template === undefined) continue;
    const filled = renderTemplate(template, file.language, all);
    const why = filled.kind === 'broken' ? filled.why : missing(filled.rendered, values);
    if (filled.kind === 'text' && why === undefined) {
      return { ...filled.rendered, language: file.language };
    }
    log.error({ event: 'template-broken', list: list.id, file: file.path, why });
  }
  throw new Error(`there is no template ${name}`);
}

/** A book that was written for an older version may lack a sentence. */
function missing({ text }: Rendered, { phrase }: TemplateValues): string | undefined {
  return phrase !== undefined && text.trim() === '' ? `it does not say "${phrase}"` : undefined;
}
