/** A small disk of one's own, to be filled, enlarged and write-protected. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
 * Why there can be no small disk here, or `false`: made for `test(name, { skip: noSmallDisk })`.
 * In the project's own checks that is an error, as a skipped test there would never be noticed.
 */
export const noSmallDisk: string | false = whyNoSmallDisk();

function whyNoSmallDisk(): string | false {
  const disk = mountDisk(64);
  if (typeof disk !== 'string') {
    disk[Symbol.dispose]();
    return false;
  }
  const reason = `a small disk cannot be mounted (are we root?): ${disk}`;
  if (process.env['CI']) throw new Error(`CI is set, and ${reason}`);
  return reason;
}

/** Mounts one, where that can be done. */
export function mountSmall(kib: number): SmallDisk {
  const disk = mountDisk(kib);
  if (typeof disk === 'string') throw new Error(`cannot mount a small disk: ${disk}`);
  return disk;
}

/** The same, or why it cannot be done. */
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
