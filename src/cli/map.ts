/** `listmill map`: which runner reads which queue, and what it may write. */
import { type DeclaredRoute, findCircle, loadRoutes } from '../engine/routes.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { queueNames } from '../model/queues.ts';
import { jsonOption } from './arguments.ts';
import type { Verb } from './command.ts';
import { type Column, type Format, list, note, writeLine } from './output.ts';

const columns: readonly Column<DeclaredRoute>[] = [
  { title: 'RUNNER', of: (row) => row.runner },
  { title: 'READS', of: (row) => row.reads ?? (row.writes.length > 0 ? '(a way in)' : '-') },
  { title: 'WRITES', of: (row) => (row.writes.length > 0 ? row.writes.join(' ') : ending(row)) },
];

/** What has no queue to write into hands mail over, keeps it, or only answers questions. */
function ending({ reads }: DeclaredRoute): string {
  return reads === undefined ? '(only answers)' : '(a way out)';
}

/** `listmill map`. */
export const map: Verb = (program, io) => {
  program
    .command('map')
    .description('the way of mail through the house, as the runners declare it')
    .option('--dot', 'as a graph for Graphviz')
    .addOption(jsonOption())
    .action(async (options: Format & { dot?: boolean }) => {
      const routes = await loadRoutes();
      if (options.dot) for (const line of dot(routes)) await writeLine(io, line);
      else {
        await list(io, options, routes, columns);
        if (!options.json) await note(io, unreadText(routes));
      }
      const circle = findCircle(routes);
      if (circle) {
        throw new UsageError(`mail can go in a circle: ${circle.join(' -> ')}`, exit.failure);
      }
    });
};

function unreadText(routes: readonly DeclaredRoute[]): string {
  const unread = queueNames.filter((queue) => !routes.some(({ reads }) => reads === queue));
  if (unread.length === 0) return 'Each queue has a runner.';
  return `No runner reads ${unread.join(', ')}: mail is kept there.`;
}

/** Runners are boxes, queues are the arrows between them. */
function* dot(routes: readonly DeclaredRoute[]): Generator<string> {
  yield 'digraph listmill {';
  yield '  rankdir=LR;';
  for (const { runner, reads } of routes) {
    yield `  "${runner}" [shape=box${reads === undefined ? ', style=rounded' : ''}];`;
  }
  for (const { runner, writes } of routes) {
    for (const queue of writes) {
      const readers = routes.filter(({ reads }) => reads === queue);
      for (const reader of readers) yield `  "${runner}" -> "${reader.runner}";`;
      if (readers.length === 0) yield `  "${runner}" -> "${queue} (kept)";`;
    }
  }
  yield '}';
}
