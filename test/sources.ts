import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository: tests run from `dist/test`. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** One import: of a file of ours, as a path from the root, or of a package. */
export type Import = { readonly of: string; readonly isType: boolean };

export type Source = {
  /** From the root: `src/spool/spool.ts`. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly imports: readonly Import[];
};

/** All sources below some folders. */
export function sourcesIn(...folders: readonly string[]): readonly Source[] {
  return folders.flatMap((folder) => [...filesBelow(join(root, folder))].map(read));
}

function* filesBelow(folder: string): Generator<string> {
  for (const item of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, item.name);
    if (item.isDirectory()) yield* filesBelow(path);
    else if (item.name.endsWith('.ts')) yield path;
  }
}

function read(file: string): Source {
  const path = relative(root, file);
  const text = readFileSync(file, 'utf8');
  return { path, text, lines: text.split('\n'), imports: importsOf(text, path) };
}

const statement = /^(import|export)\s+(type\s+)?[^'"`;]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm;
const late = /\bimport\('([^']+)'\)/g;

function importsOf(text: string, path: string): readonly Import[] {
  const found: Import[] = [];
  for (const [, , type, from, bare] of text.matchAll(statement)) {
    found.push({ of: resolved(from ?? bare ?? '', path), isType: type !== undefined });
  }
  for (const [, from] of text.matchAll(late)) {
    found.push({ of: resolved(from ?? '', path), isType: false });
  }
  return found;
}

function resolved(name: string, path: string): string {
  return name.startsWith('.') ? join(dirname(path), name) : name;
}
