/** A small disk of one's own, to be filled, enlarged and write-protected. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { errorCode } from '../../src/ground/errors.ts';

export type SmallDisk = Disposable & {
  readonly path: string;
  /** KiB in all. */
  resize(kib: number): void;
  readonly(on: boolean): void;
  /** Fills what is left, but for some KiB; undone by the function it gives. */
  fill(leaveKib?: number): () => void;
};

/**
 * Mounts one. Where that is not allowed the test is skipped, and says so; in the project's own
 * checks it must be.
 */
export function mountSmall(t: TestContext, kib: number): SmallDisk | undefined {
  const disk = mountDisk(kib);
  if (typeof disk !== 'string') return disk;
  if (process.env['CI']) throw new Error(`cannot mount a small disk: ${disk}`);
  t.skip(`a small disk cannot be mounted (are we root?): ${disk}`);
  return undefined;
}

/** The same, or why not. */
export function mountDisk(kib: number): SmallDisk | string {
  const path = fs.mkdtempSync(join(tmpdir(), 'listmill-disk-'));
  const wrong = mount('-t', 'tmpfs', '-o', `size=${kib}k,mode=0770`, 'tmpfs', path);
  if (wrong !== undefined) {
    fs.rmdirSync(path);
    return wrong;
  }
  const remount = (options: string) => {
    const trouble = mount('-o', `remount,${options}`, path);
    if (trouble !== undefined) throw new Error(trouble);
  };
  return {
    path,
    resize: (size) => remount(`size=${size}k`),
    readonly: (on) => remount(on ? 'ro' : 'rw'),
    fill(leaveKib = 0) {
      const file = join(path, 'ballast');
      const { bavail, bsize } = fs.statfsSync(path);
      const bytes = Math.max(0, bavail * bsize - leaveKib * 1024);
      try {
        fs.writeFileSync(file, Buffer.alloc(bytes));
      } catch (error) {
        // Others who write meanwhile had some of it: full is what was wanted.
        if (errorCode(error) !== 'ENOSPC') throw error;
      }
      return () => fs.rmSync(file, { force: true });
    },
    [Symbol.dispose]() {
      spawnSync('umount', ['-l', path]);
      fs.rmdirSync(path);
    },
  };
}

function mount(...args: string[]): string | undefined {
  const { status, stderr, error } = spawnSync('mount', args, { encoding: 'utf8' });
  if (error) return error.message;
  return status === 0 ? undefined : stderr.trim();
}
