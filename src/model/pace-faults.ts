/** Whether what the configuration says of limits makes sense. */
import type { Config } from '../ground/config-schema.ts';

/** Limits that would limit nobody, each with what is wrong about it. */
export function paceFaults({ pace, relay }: Pick<Config, 'pace' | 'relay'>): string[] {
  const relays = relay.map(({ name, host, port }) => name ?? `${host}:${port}`);
  return pace.flatMap(({ messages, concurrent, warmUp, warmUpFrom, relay: of }, at) => {
    const isPlanned = warmUp.length > 0;
    if (isPlanned && warmUpFrom === undefined) {
      return [`pace.${at}.warmUpFrom is missing; wanted: its first day, because there is a warmUp`];
    }
    if (!isPlanned && warmUpFrom !== undefined) {
      return [`pace.${at}.warmUp is missing; wanted: one, because there is a warmUpFrom`];
    }
    if (messages === undefined && concurrent === undefined && !isPlanned) {
      return [`pace.${at} limits nothing; wanted: messages, concurrent or warmUp`];
    }
    if (of === undefined || relays.includes(of)) return [];
    return [`pace.${at}.relay is "${of}"; wanted: the name of a relay: ${relays.join(', ')}`];
  });
}
