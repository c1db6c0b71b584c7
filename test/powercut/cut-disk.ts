/** A disk and a store that count what is done to them, and that end the world at one point. */
import * as fs from 'node:fs';
import type { Ledger } from '../../src/engine/settle.ts';
import type { Disk } from '../../src/ground/disk.ts';
import type { OpenFile } from '../../src/ground/open-file.ts';
import type { Platter } from './platter.ts';

/** The power went off. */
export class PowerCut extends Error {
  override readonly name = 'PowerCut';
}

/** Before the operation, in the middle of it (only what is not one step has one), after it. */
export const moments = ['before', 'within', 'after'] as const;
export type Moment = (typeof moments)[number];
export type Cut = { readonly at: number; readonly moment: Moment };

/** Where the world ends; counts what could be an end. */
export class Fuse {
  readonly #cut: Cut | undefined;
  readonly #running = new Set<Promise<unknown>>();
  /** The name of each operation, in order; those that have a middle end with `~`. */
  readonly done: string[] = [];
  blown = false;

  readonly #end: () => void;

  /** `end` is how the world ends, if not by throwing PowerCut. */
  constructor(cut?: Cut, end: () => void = () => undefined) {
    this.#cut = cut;
    this.#end = end;
  }

  /** Every operation goes through here. `within` leaves it half done. */
  step<T>(name: string, run: () => T, within?: () => void): T {
    this.#alive();
    const moment = this.#begin(within ? `${name}~` : name);
    if (moment === 'before') this.#blow();
    if (moment === 'within') {
      within?.();
      this.#blow();
    }
    const result = run();
    if (moment === 'after') this.#blow();
    return result;
  }

  async wait<T>(name: string, run: () => Promise<T>, within?: () => void): Promise<T> {
    this.#alive();
    const moment = this.#begin(within ? `${name}~` : name);
    if (moment === 'before') this.#blow();
    if (moment === 'within') {
      within?.();
      this.#blow();
    }
    const running = run();
    this.#running.add(running);
    try {
      const result = await running;
      // Who hears of it when the power is off does not hear of it.
      this.#alive();
      if (moment === 'after') this.#blow();
      return result;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Resolves when nothing runs any more that was begun before the end. */
  async rest(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  #begin(name: string): Moment | undefined {
    const { length } = this.done;
    this.done.push(name);
    return this.#cut?.at === length ? this.#cut.moment : undefined;
  }

  #alive(): void {
    if (this.blown) throw new PowerCut('the power is off');
  }

  #blow(): never {
    this.blown = true;
    this.#end();
    throw new PowerCut('the power went off');
  }
}

/** Every place at which a run with these operations could end. */
export function* cutsOf(operations: readonly string[]): Generator<Cut> {
  for (const [at, name] of operations.entries()) {
    for (const moment of moments) {
      if (moment !== 'within' || name.endsWith('~')) yield { at, moment };
    }
  }
}

/** `disk` behind a fuse; what it does is noted on the platter?. */
export function cutDisk(disk: Disk, fuse: Fuse, platter: Platter | undefined): Disk {
  /** Writes go to the real disk at once; what is on the platter depends on the moment. */
  const fill = (path: string, run: () => Promise<void>, bytesBefore: Buffer | undefined) =>
    fuse.wait(
      'write',
      async () => {
        // It has its name, and may be linked, before all of it is there.
        if (!fs.existsSync(path)) platter?.create(path, Buffer.alloc(0));
        await run();
        if (fuse.blown) return;
        platter?.change(path, fs.readFileSync(path));
        platter?.synced(path);
      },
      () => {
        const half = Buffer.concat([bytesBefore ?? Buffer.alloc(0), Buffer.from('{"half')]);
        fs.writeFileSync(path, half);
        platter?.change(path, half);
      },
    );
  const simple = (name: string, run: () => void, note: () => void) =>
    fuse.step(name, () => {
      run();
      note();
    });
  return {
    makeDir: (path) => {
      simple(
        'makeDir',
        () => disk.makeDir(path),
        () => platter?.makeDir(path),
      );
    },
    makeDirAside: (path) =>
      fuse.wait('makeDir', async () => {
        await disk.makeDirAside(path);
        if (!fuse.blown) platter?.makeDir(path);
      }),
    write: (path, bytes) => fill(path, () => disk.write(path, bytes), undefined),
    stream: (path, feed) => fill(path, () => disk.stream(path, feed), undefined),
    append: (path, start, feed) => {
      const before = fs.existsSync(path) ? fs.readFileSync(path).subarray(0, start) : undefined;
      return fill(path, () => disk.append(path, start, feed), before);
    },
    open: (path) => {
      const file = fuse.step('open', () => {
        if (!fs.existsSync(path)) platter?.create(path, Buffer.alloc(0));
        return disk.open(path);
      });
      return fileBehind(file, path, fuse, platter);
    },
    openAside: async (path) => {
      const file = await fuse.wait('open', async () => {
        const isNew = !fs.existsSync(path);
        const opened = await disk.openAside(path);
        if (isNew && !fuse.blown) platter?.create(path, Buffer.alloc(0));
        return opened;
      });
      return fileBehind(file, path, fuse, platter);
    },
    link: (from, to) =>
      fuse.wait('link', async () => {
        await disk.link(from, to);
        if (!fuse.blown) platter?.link(from, to);
      }),
    rename: (from, to) => {
      simple(
        'rename',
        () => disk.rename(from, to),
        () => platter?.rename(from, to),
      );
    },
    syncDir: (path) =>
      fuse.wait('syncDir', async () => {
        await disk.syncDir(path);
        if (!fuse.blown) platter?.syncDir(path);
      }),
    remove: (path) => {
      simple(
        'remove',
        () => disk.remove(path),
        () => platter?.remove(path),
      );
    },
    removeDir: (path) => {
      simple(
        'removeDir',
        () => disk.removeDir(path),
        () => platter?.remove(path),
      );
    },
  };
}

/** A file that is written in place: the kernel has what was written, the disk what was synced. */
function fileBehind(file: OpenFile, path: string, fuse: Fuse, platter?: Platter): OpenFile {
  const kept = platter?.fileAt(path);
  let live: Buffer = fs.readFileSync(path);
  const note = (change: () => Buffer) => () => {
    live = change();
    kept?.change(live);
  };
  const write = (bytes: Uint8Array, at: number) => {
    file.write(bytes, at);
    const end = at + bytes.length;
    return Buffer.concat([live.subarray(0, at), bytes, live.subarray(end)]);
  };
  return {
    write(bytes, at) {
      const half = bytes.subarray(0, bytes.length / 2);
      fuse.step(
        'overwrite',
        note(() => write(bytes, at)),
        note(() => write(half, at)),
      );
    },
    cut(size) {
      fuse.step(
        'cut',
        note(() => {
          file.cut(size);
          return live.subarray(0, size);
        }),
      );
    },
    empty: () =>
      fuse.wait('empty', async () => {
        await file.empty();
        if (!fuse.blown) note(() => Buffer.alloc(0))();
      }),
    sync: () => {
      // What is written while it runs is not covered.
      const bytes = live;
      return fuse.wait('sync', async () => {
        await file.sync();
        if (!fuse.blown) kept?.sync(bytes);
      });
    },
    close: () => file.close(),
  };
}

/** A ledger behind a fuse: a commit is one operation. */
export function cutLedger(ledger: Ledger, fuse: Fuse): Ledger {
  return {
    apply: (slips, now) => fuse.wait('commit', () => ledger.apply(slips, now)),
    settled: (cause) => ledger.settled(cause),
  };
}
