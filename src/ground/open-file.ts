/** Files that are written where they stand. All of it is reached through `disk.ts`. */
import * as fs from 'node:fs';
import { constants } from 'node:fs';
import { promisify } from 'node:util';
import { notePassed } from './memory.ts';

/** A file that is written in its place: the kernel has each piece at once, the disk at a sync. */
export type OpenFile = {
  write(bytes: Uint8Array, at: number): void;
  /** Cuts it off at `size` bytes. */
  cut(size: number): void;
  /** Leaves nothing in it. A disk that is told of free blocks may take a millisecond for that. */
  empty(): Promise<void>;
  /** When this resolves, the disk has all of it. */
  sync(): Promise<void>;
  /** May be called again: by then its number may be that of another file. */
  close(): void;
};

/** Of every file of the suite. */
export const fileMode = 0o660;
const flags = constants.O_RDWR | constants.O_CREAT;

const truncate = promisify(fs.ftruncate);
const syncData = promisify(fs.fdatasync);

/** Opens a file, or makes it. */
export function openInPlace(path: string): OpenFile {
  return fileOf(fs.openSync(path, flags, fileMode));
}

/** The same in a thread: the loop goes on. */
export function openAside(path: string): Promise<OpenFile> {
  return new Promise((resolve, reject) => {
    fs.open(path, flags, fileMode, (error, fd) => (error ? reject(error) : resolve(fileOf(fd))));
  });
}

function fileOf(fd: number): OpenFile {
  let isOpen = true;
  return {
    write(bytes, at) {
      notePassed(bytes.length);
      for (let done = 0; done < bytes.length; ) {
        done += fs.writeSync(fd, bytes, done, bytes.length - done, at + done);
      }
    },
    cut: (size) => fs.ftruncateSync(fd, size),
    empty: () => truncate(fd, 0),
    sync: () => syncData(fd),
    close() {
      if (isOpen) fs.closeSync(fd);
      isOpen = false;
    },
  };
}
