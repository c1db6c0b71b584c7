/**
 * lmtp - take mail in from an MTA over LMTP (RFC 2033)
 *
 * Store:  reads lists
 * Fails:  disk or store not ready, 451; unknown list, 550; too large, 552: always before "yes"
 * Bugs:   one process: the limit is its CPU, at a few thousand messages a second; a disk that fails
 *         for one message of a bundle makes its companions come again, too
 */
import { defineService } from '../src/engine/define.ts';
import { startLmtp } from '../src/engine/lmtp.ts';
import { wallClock } from '../src/ground/clock.ts';

export const runner = defineService(
  ['incoming', 'command', 'bounce'],
  async (site, signal, ready) => {
    site.gatherLog();
    const counts = { now: wallClock.now, accepted: ready };
    const servers = [];
    for (const where of site.config.lmtp.listen) {
      servers.push(await startLmtp(site, where, counts));
    }
    ready();
    if (!signal.aborted) {
      await new Promise<void>((resolve) =>
        signal.addEventListener('abort', () => resolve(), { once: true }),
      );
    }
    await Promise.all(servers.map((server) => server.close()));
  },
);
