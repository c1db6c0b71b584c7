/** Tells when something comes into a queue. A hint: a slow poll finds what is not told. */
import { type FSWatcher, watch } from 'node:fs';
import { type Priority, priorities, type QueueName } from '../model/queues.ts';
import type { SpoolPaths } from '../spool/layout.ts';

export type Watch = {
  /** False when the system has no notification (left): only the poll is left. */
  readonly works: boolean;
  close(): void;
};

/** Calls `came` for each name that was put into a folder of `new`, or left it. */
export function watchQueue(
  paths: SpoolPaths,
  queue: QueueName,
  came: (priority: Priority, name: string | null) => void,
  lost: (error: unknown) => void,
): Watch {
  const watchers: FSWatcher[] = [];
  try {
    for (const priority of priorities) {
      const watcher = watch(paths.new(queue, priority), { persistent: false }, (_, name) =>
        came(priority, name),
      );
      watcher.on('error', lost);
      watchers.push(watcher);
    }
  } catch (error) {
    for (const watcher of watchers) watcher.close();
    lost(error);
    return { works: false, close: () => undefined };
  }
  return {
    works: true,
    close: () => {
      for (const watcher of watchers) watcher.close();
    },
  };
}
