/** The files of a site. */
import { appendFileSync, copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes files so that a reader sees the old one or the new one. */
export class Out {
  readonly #folder: string;
  count = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  write(name: string, text: string): void {
    const path = join(this.#folder, name);
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
    this.count += 1;
  }

  /** The file that is there with more behind it. */
  extend(name: string, more: string): void {
    const path = join(this.#folder, name);
    copyFileSync(path, `${path}.new`);
    appendFileSync(`${path}.new`, more);
    renameSync(`${path}.new`, path);
    this.count += 1;
  }

  remove(name: string): void {
    rmSync(join(this.#folder, name), { force: true });
  }
}
