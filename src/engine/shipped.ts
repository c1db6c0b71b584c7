/** The templates that come with Listmill. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

let found: string | undefined;

/** Their folder: above this file, built or not, however Listmill was installed. */
export function shippedTemplates(): string {
  found ??= look(dirname(fileURLToPath(import.meta.url)));
  return found;
}

function look(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const templates = join(folder, 'config', 'templates');
    if (existsSync(templates)) return templates;
    if (dirname(folder) === folder) throw new Error('the templates of Listmill are missing');
  }
}
