/**
 * When memory is given back.
 *
 * V8 left alone does two things that do not suit small daemons. Buffers outside the heap, which
 * is what messages pass through in, lie until there are 32 MiB of them; no flag lowers that. And
 * minutes after all work is done it looks for garbage, again and again, in processes that rest.
 * So the master starts workers with `--expose-gc --no-memory-reducer`, and they say when. In a
 * process without these flags all is as V8 has it.
 */

/** Buffers worth so much may lie about. */
const enoughBytes = 4 * 1024 * 1024;
/** A process that has grown by less since it last rested is let alone. */
const growthBytes = 12 * 1024 * 1024;

let passed = 0;
let atRest: number | undefined;

/**
 * Notes that so many bytes were written. Where it is much, the young part of the heap is collected
 * every so often: it owns all such buffers, and half a millisecond is enough for it.
 */
export function notePassed(bytes: number): void {
  passed += bytes;
  if (passed < enoughBytes) return;
  passed = 0;
  globalThis.gc?.({ type: 'minor' });
}

/** Resident memory of a process that has nothing to do: what work left behind is let go first. */
export function memoryAtRest(): number {
  const memory = process.memoryUsage.rss();
  atRest = Math.min(atRest ?? memory, memory);
  if (memory < atRest + growthBytes || !globalThis.gc) return memory;
  globalThis.gc();
  atRest = process.memoryUsage.rss();
  return atRest;
}
