/** Runners that are stepped by hand, at a time that stands still. */
import assert from 'node:assert/strict';
import { runner as archive } from '../../runners/archive.ts';
import { runner as bounce } from '../../runners/bounce.ts';
import { runner as command } from '../../runners/command.ts';
import { runner as digest } from '../../runners/digest.ts';
import { runner as incoming } from '../../runners/incoming.ts';
import { runner as mailing } from '../../runners/mailing.ts';
import { runner as outgoing } from '../../runners/outgoing.ts';
import { runner as pipeline } from '../../runners/pipeline.ts';
import { runner as virgin } from '../../runners/virgin.ts';
import { type Desk, findDestination } from '../../src/engine/desk.ts';
import { settle } from '../../src/engine/settle.ts';
import type { Site } from '../../src/engine/site.ts';
import { silentLog } from '../../src/ground/log.ts';
import type { QueueName } from '../../src/model/queues.ts';
import { waitingIn } from '../../src/spool/places.ts';
import type { OpenClaim } from '../../src/spool/spool.ts';

const worker = 'test-1';
const all = { bounce, incoming, command, pipeline, digest, mailing, outgoing, archive, virgin };
export type Stepped = keyof typeof all;
const maxRounds = 50;

/** Works off what waits and is due at `now`, until nothing is left. */
export async function workAt(
  site: Site,
  now: number,
  queues: readonly Stepped[] = ['incoming', 'command'],
): Promise<void> {
  for (let round = 0; round < maxRounds; round += 1) {
    let idle = true;
    for (const queue of queues) {
      const claims = await claimsOf(site, queue, now);
      if (claims.length === 0) continue;
      idle = false;
      const equipment = await all[queue].equip(site, new AbortController().signal);
      const { step, beforeSettle, close } = equipment;
      const desk = await deskAt(site, now);
      const slips = await Promise.all(
        claims.map(async (claim) => {
          const { meta, message, folder, name } = claim;
          return { claim, outcome: await step({ meta, message, folder, tries: name.tries }, desk) };
        }),
      );
      await beforeSettle?.();
      await close();
      const results = await settle(site.spool, await site.store(), slips, now);
      for (const [n, result] of results.entries()) {
        const claim = slips[n]?.claim;
        if (result.kind === 'unready' && claim) {
          await site.spool.release(claim, now, claim.name.tries - 1);
        }
      }
    }
    if (idle) return;
  }
  assert.fail('it never comes to an end');
}

async function claimsOf(site: Site, queue: QueueName, now: number): Promise<OpenClaim[]> {
  await site.spool.ensureWorker(queue, worker);
  const found: OpenClaim[] = [];
  for (const place of [...waitingIn(site.spool, queue)]) {
    if (place.kind !== 'waiting' || place.name.due > now) continue;
    const claim = site.spool.claim(queue, worker, place.name);
    const opened = claim && site.spool.open(claim);
    if (opened && !('broken' in opened)) found.push(opened);
  }
  return found;
}

export async function deskAt(site: Site, now: number): Promise<Desk> {
  const { config } = site;
  const store = await site.store();
  return {
    now,
    config,
    books: store,
    secret: site.secret(),
    log: silentLog,
    destination: (recipient) => findDestination(store, recipient, config.site.separator),
    dmarc: async () => ({ kind: 'none' }),
  };
}
