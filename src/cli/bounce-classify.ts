/** `listmill bounce classify PATH...`: what detection makes of messages in files. Needs no site. */

import { once } from 'node:events';
import { opendir, stat } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { diagnoseFile } from '../engine/diagnose.ts';
import { exit, explain } from '../ground/errors.ts';
import type { Diagnosis } from '../model/diagnosis.ts';

/** Folders below this are not walked. */
const maxDepth = 32;

export type ClassifyOptions = {
  /** One JSON object a line, instead of a table for people. */
  readonly jsonl?: boolean;
  /** Where trouble with a path is told; standard error by default. */
  readonly err?: NodeJS.WritableStream;
};

/**
 * Writes a line for each message, folders walked, in a stable order. The exit code is 0, or 66
 * when a path could not be read (the others are classified all the same).
 */
export async function classify(
  paths: readonly string[],
  out: NodeJS.WritableStream,
  options: ClassifyOptions = {},
): Promise<number> {
  let code: number = exit.ok;
  const fail = (path: string, error: unknown): void => {
    code = exit.noInput;
    (options.err ?? process.stderr).write(`listmill: ${path}: ${explain(error)}\n`);
  };
  for (const root of paths) {
    for await (const path of filesBelow(root, fail)) {
      try {
        const line = lineFor(nameOf(root, path), await diagnoseFile(path), options.jsonl ?? false);
        if (!out.write(`${line}\n`)) await once(out, 'drain');
      } catch (error) {
        fail(path, error);
      }
    }
  }
  return code;
}

function nameOf(root: string, path: string): string {
  return path === root ? basename(path) : relative(root, path);
}

function lineFor(file: string, diagnosis: Diagnosis, jsonl: boolean): string {
  const { kind, status, cause, detector } = diagnosis;
  const recipients = diagnosis.recipients.map((r) => r.address).sort();
  if (jsonl) return JSON.stringify({ file, recipients, kind, status, cause, detector });
  const what = kind === 'none' ? diagnosis.nature : `${status} ${cause}`;
  const who = recipients.length === 0 ? '-' : recipients.join(' ');
  return `${kind.padEnd(9)}  ${what.padEnd(18)}  ${(detector || '-').padEnd(14)}  ${file}  ${who}`;
}

async function* filesBelow(
  path: string,
  fail: (path: string, error: unknown) => void,
  depth = 0,
): AsyncGenerator<string> {
  try {
    const found = await stat(path);
    if (found.isFile()) {
      yield path;
      return;
    }
    if (!found.isDirectory() || depth > maxDepth) return;
  } catch (error) {
    fail(path, error);
    return;
  }
  const names: string[] = [];
  for await (const entry of await opendir(path)) {
    // Hidden files are no messages; links are followed only where a path was given.
    if (!entry.name.startsWith('.') && !entry.isSymbolicLink()) names.push(entry.name);
  }
  names.sort();
  for (const name of names) yield* filesBelow(join(path, name), fail, depth + 1);
}
