/** What must be undone however the bench or the demo ends: processes and folders of ours. */
import { rmSync } from 'node:fs';
import { descendantsOf } from './processes.ts';

const undone = new Set<() => void>();
let watching = false;

/** `undo` runs at once when the program ends early; the function that is given back takes it off. */
export function atEnd(undo: () => void): () => void {
  watchEnds();
  undone.add(undo);
  return () => undone.delete(undo);
}

/** Undoes all that is still there, the latest first. */
export function endAll(): void {
  for (const undo of [...undone].reverse()) {
    undone.delete(undo);
    undo();
  }
}

/** Kills a process of ours and all that it started. */
export function killTree(pid: number): void {
  for (const one of [pid, ...descendantsOf(pid)]) {
    try {
      process.kill(one, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

/** Removes a folder, also one in which a process that dies still makes files. */
export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

function watchEnds(): void {
  if (watching) return;
  watching = true;
  process.once('exit', endAll);
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => process.exit(code));
  }
}
