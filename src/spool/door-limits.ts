/**
 * The limits of the door, for the one way in that reads no configuration: the pipe command finds
 * them in the spool, a name and a number a line.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Spool } from './spool.ts';

/** What all ways in keep. */
export type DoorLimits = {
  readonly messageBytes: number;
  readonly freeBytes: number;
  readonly queueDepth: number;
};

/** In the spool's own folder; `bin/listmill-inject` reads it. */
export const limitsFile = 'limits';
/** What lies there of it: the limits, those being written, when the command looked last, the time. */
export const limitsFiles = [
  limitsFile,
  `${limitsFile}.new`,
  `${limitsFile}.looked`,
  'clock',
] as const;

/** Leaves the limits where the pipe command finds them; the same again touches nothing. */
export async function leaveLimits(spool: Spool, limits: DoorLimits): Promise<void> {
  const { messageBytes, freeBytes, queueDepth } = limits;
  const lines = Object.entries({ messageBytes, freeBytes, queueDepth });
  const text = lines.map(([name, value]) => `${name} ${value}\n`).join('');
  const path = join(spool.paths.root, limitsFile);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  const made = `${path}.new`;
  if (existsSync(made)) spool.disk.remove(made);
  await spool.disk.write(made, text);
  spool.disk.rename(made, path);
  await spool.disk.syncDir(spool.paths.root);
}
