/** The map of the house: which runner reads which queue, and which it may write. */
import type { QueueName } from '../model/queues.ts';
import { runnerNames } from '../model/runners.ts';
import type { Runner, Service } from './define.ts';

/** Loads a runner's file: only the process that runs it, and the map, ever do. */
export async function loadRunner(name: string): Promise<Runner | Service> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const url = new URL(`../../runners/${name}.${extension}`, import.meta.url);
  const module = (await import(url.href)) as { readonly runner: Runner | Service };
  return module.runner;
}

/** What one runner declares. A service reads no queue: it brings mail in from outside. */
export type DeclaredRoute = {
  readonly runner: string;
  readonly reads: QueueName | undefined;
  readonly writes: readonly QueueName[];
};

/** The routes of all runners, as their files declare them. */
export async function loadRoutes(): Promise<readonly DeclaredRoute[]> {
  return Promise.all(
    runnerNames.map(async (runner): Promise<DeclaredRoute> => {
      const found = await loadRunner(runner);
      return found.kind === 'service'
        ? { runner, reads: undefined, writes: found.writes }
        : { runner, reads: found.route.reads, writes: found.route.writes };
    }),
  );
}

/** A way through the queues that comes back to where it began; undefined when there is none. */
export function findCircle(routes: readonly DeclaredRoute[]): readonly QueueName[] | undefined {
  const next = new Map<QueueName, QueueName[]>();
  for (const { reads, writes } of routes) {
    if (reads) next.set(reads, [...(next.get(reads) ?? []), ...writes]);
  }
  const done = new Set<QueueName>();
  const walk = (queue: QueueName, way: readonly QueueName[]): readonly QueueName[] | undefined => {
    const at = way.indexOf(queue);
    if (at >= 0) return [...way.slice(at), queue];
    if (done.has(queue)) return undefined;
    for (const follower of next.get(queue) ?? []) {
      const circle = walk(follower, [...way, queue]);
      if (circle) return circle;
    }
    done.add(queue);
    return undefined;
  };
  for (const queue of next.keys()) {
    const circle = walk(queue, []);
    if (circle) return circle;
  }
  return undefined;
}
