import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const { LISTMILL_SHARED = join(root, '../shared') } = process.env;

/** Where the sample mail lies: beside the repository, or where LISTMILL_SHARED says. */
export const corpusFolder = join(LISTMILL_SHARED, 'corpus');

/** For a test's options: sample mail is not part of the package, so a plain clone has none. */
export const needsCorpus = {
  skip: existsSync(corpusFolder) ? false : `no sample mail at ${corpusFolder}`,
};

/** Every sample message of one kind. */
export function corpusFiles(kind: 'messages' | 'bounces'): string[] {
  const folder = join(corpusFolder, kind);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.eml'))
    .sort()
    .map((name) => join(folder, name));
}
