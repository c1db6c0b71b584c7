/**
 * policy - tell an MTA at RCPT what it need not take (Postfix's policy delegation protocol)
 *
 * Store:  reads lists, bans, memberships, what came before
 * Fails:  whatever is wrong, the answer is DUNNO: the mail comes, and is judged as ever
 * Bugs:   the envelope does not say for sure who the author is; see the setting envelopeDecides
 */
import { defineService } from '../src/engine/define.ts';
import { startPolicy } from '../src/engine/policy.ts';
import { wallClock } from '../src/ground/clock.ts';

export const runner = defineService([], async (site, signal, ready) => {
  const servers = [];
  for (const where of site.config.policy.listen) {
    servers.push(await startPolicy(site, where, wallClock.now, () => ready(1)));
  }
  ready();
  if (!signal.aborted) {
    await new Promise<void>((resolve) =>
      signal.addEventListener('abort', () => resolve(), { once: true }),
    );
  }
  await Promise.all(servers.map((server) => server.close()));
});
