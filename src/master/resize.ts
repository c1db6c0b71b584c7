/** How many workers a runner should have: up when it lasts, down slowly, never to and fro. */
import type { Beat } from '../engine/ipc.ts';

export type Bounds = { readonly minWorkers: number; readonly maxWorkers: number };

export type Size = {
  readonly target: number;
  /** Since when fewer would do. */
  readonly quietSince: number | undefined;
  /** Since when more would help. */
  readonly busySince?: number | undefined;
};

/**
 * A backlog of a moment is gone before another worker has started, which takes half a second of
 * CPU from those who work it off. So they are started one by one, each when the one before has not
 * been enough for so long; and none while the processors have no time for it.
 */
const growMs = 2000;

export type ResizeRules = {
  /** Waiting entries for each worker above which there should be one more. */
  readonly backlogPerWorker: number;
  /** How long a smaller backlog must last before one worker goes. */
  readonly shrinkMs: number;
  /** All processors are at work. */
  readonly isCrowded?: boolean | undefined;
};

/** The size to begin with. */
export function firstSize({ minWorkers }: Bounds): Size {
  return { target: minWorkers, quietSince: undefined };
}

/** Whether it may grow soon: then it matters whether the machine is crowded. */
export function mayGrow({ busySince }: Size): boolean {
  return busySince !== undefined;
}

/** The size after what the workers of a runner said last. */
export function resize(
  size: Size,
  bounds: Bounds,
  beats: readonly Beat[],
  rules: ResizeRules,
  now: number,
): Size {
  const target = clamp(size.target, bounds);
  if (target !== size.target) return { target, quietSince: undefined };
  if (beats.length === 0 || bounds.minWorkers === bounds.maxWorkers) return size;
  // Each saw the same queue, at a different moment.
  const waiting = Math.max(...beats.map((beat) => beat.waiting));
  const wanted = clamp(Math.ceil(waiting / rules.backlogPerWorker), bounds);
  if (wanted > target) {
    // When all wait for the world (the MTA is down), more of them would wait with them.
    const blocked = beats.every((beat) => beat.state === 'waiting' || beat.state === 'paused');
    if (blocked) return { target, quietSince: undefined };
    const busySince = size.busySince ?? now;
    if (now - busySince < growMs || rules.isCrowded)
      return { target, quietSince: undefined, busySince };
    return { target: target + 1, quietSince: undefined, busySince: now };
  }
  // Down only when half of the load that one worker less could bear is left.
  const quiet =
    target > bounds.minWorkers && waiting <= (rules.backlogPerWorker * (target - 1)) / 2;
  if (!quiet) return { target, quietSince: undefined };
  const quietSince = size.quietSince ?? now;
  if (now - quietSince < rules.shrinkMs) return { target, quietSince };
  return { target: target - 1, quietSince: now };
}

function clamp(count: number, { minWorkers, maxWorkers }: Bounds): number {
  return Math.min(Math.max(count, minWorkers), maxWorkers);
}
