/** The log of a running suite, told in one friendly line an event. Pure. */
import type { LogLine } from '../log-tail.ts';

export type Told = { readonly runner: string; readonly text: string };

/** What a line of the log means to a person; undefined where it means nothing. */
export function narrate(line: LogLine): Told | undefined {
  const text = textOf(line);
  const runner = String(line['process'] ?? '').replace(/-\d+$/, '');
  return text === undefined ? undefined : { runner, text };
}

function textOf(line: LogLine): string | undefined {
  const say = (key: string): string => String(line[key] ?? '?');
  switch (line['event']) {
    case 'received':
      return `took ${say('size')} bytes from <${say('from')}> for <${say('recipient')}>; on disk, so the MTA heard 250`;
    case 'judged':
      return `judged the posting of <${say('author')}>: ${say('verdict')}${reasonsOf(line)}`;
    case 'settled':
      return line['queue'] === 'pipeline'
        ? 'dressed it: List-* fields, subject prefix, footer; passed it to archive and mailing'
        : undefined;
    case 'archived':
      return `wrote it into ${say('file').split('/').slice(-2).join('/')}`;
    case 'cut':
      return `cut the roster: ${plural(line['recipients'], 'recipient')} in ${plural(line['batches'], 'batch', 'batches')}`;
    case 'delivered':
      return `handed it over to ${say('relay')} for ${plural(line['recipients'], 'recipient')}: ${say('code')}`;
    case 'refused':
    case 'deferred':
    case 'failed':
      return `${say('event')} for ${plural(line['recipients'], 'recipient')}: ${say('code')} ${say('reply')}`;
    case 'mailing-finished':
      return `the mailing is through: ${say('delivered')} delivered, ${say('refused')} refused, ${say('failed')} failed`;
    case 'connection-lost':
    case 'waiting':
    case 'worker-failed':
      return `${say('event')}: ${say('why')}`;
    default:
      return undefined;
  }
}

function reasonsOf(line: LogLine): string {
  const reasons = line['reasons'];
  if (!Array.isArray(reasons) || reasons.length === 0) return '';
  return ` (${reasons.map((one: { text?: unknown }) => String(one.text)).join(' ')})`;
}

function plural(count: unknown, one: string, many = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : many}`;
}

/** The posting that a line is about: all that came of one has its id in front of theirs. */
export function rootOf(line: LogLine): string {
  return String(line['entry'] ?? line['mailing'] ?? '').split('-')[0] ?? '';
}
