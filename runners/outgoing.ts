/**
 * outgoing - hand batches over to the MTA
 *
 * Store:  writes what became of them: totals of the mailing, refused recipients
 * Fails:  no MTA takes mail now, the batch waits and so does the worker; 4xx, the batch waits for
 *         those recipients; 5xx to a recipient is recorded; 5xx to the message is nobody's bounce
 * Bugs:   after a crash the transactions in flight are repeated: SMTP has no exactly-once (I7)
 */
import { sealingKey } from '../src/engine/authenticate.ts';
import { outcomeOf, resting, restOf } from '../src/engine/batch-outcome.ts';
import { defineEquipped } from '../src/engine/define.ts';
import type { Entry } from '../src/engine/desk.ts';
import { Dispatch } from '../src/engine/dispatch.ts';
import { HandOver } from '../src/engine/handover.ts';
import { LedgerNotes } from '../src/engine/ledger-notes.ts';
import { haltOf, MailingWatch, watchableOf } from '../src/engine/mailing-watch.ts';
import { Outlets } from '../src/engine/outlets.ts';
import { Pace } from '../src/engine/pace.ts';
import { Peers } from '../src/engine/peers.ts';
import { relaysOf } from '../src/engine/relays.ts';
import { Renderings } from '../src/engine/renderings.ts';
import { Signers } from '../src/engine/signers.ts';
import { signingKeys } from '../src/engine/signing-keys.ts';
import type { Site } from '../src/engine/site.ts';
import { uptimeMs, wallClock } from '../src/ground/clock.ts';
import { explain } from '../src/ground/errors.ts';
import type { MetaOf } from '../src/model/entry.ts';
import { type Outcome, park } from '../src/model/outcome.ts';
import { openLedger } from '../src/store/ledger.ts';
import { openPaceBooks } from '../src/store/pace-books.ts';

export const runner = defineEquipped(
  { reads: 'outgoing', writes: [], gatherMs: 100, fair: true },
  async (site, signal) => {
    const { config, paths, log } = site;
    const { disk } = site.spool;
    // A line a transaction; what counts is in the batch's progress, which is written at once.
    site.bufferLog();
    const { connections } = config.outgoing;
    const dispatch = waysOut(site, signal);
    const peers = new Peers(async (list) => (await site.store()).bounces.providers(list));
    const watch = new MailingWatch(
      async (one) => await haltOf(await site.store(), one, wallClock.now()),
      (error) => log.warn({ event: 'unwatched', why: explain(error) }, 'cannot look at mailings'),
    );
    const keeps = config.clean.ledgerDays > 0;
    const ledger = new LedgerNotes({
      open: keeps ? () => openLedger(paths.ledger) : undefined,
      log,
    });
    const signers = new Signers();
    const keys = signingKeys(config, paths);
    const handOver = new HandOver({
      disk,
      dispatch,
      renderings: new Renderings({
        keys,
        sealingKey: (domain) => sealingKey(config, keys, domain),
        signers,
      }),
      domainOf: async (list) => (await (await site.store()).list(list))?.domain,
      verpKey: site.secret().for('verp'),
      links: {
        key: site.secret().for('link'),
        separator: config.site.separator,
        url: config.web.url,
      },
      persons: async (list, numbers) => (await site.store()).people.persons(list, numbers),
      separator: config.site.separator,
      xverp: config.outgoing.xverp,
      log,
    });
    return {
      // One more than connections: it is read while the others are on their way.
      batch: connections + 1,
      step: async (entry, desk): Promise<Outcome<never>> => {
        const { meta } = entry;
        if (!isBatch(meta)) return { fate: park('shunt', `no batch but ${meta.work.kind}`) };
        using held = await watch.hold(watchableOf(meta));
        if (held.halt?.kind === 'rest') return { fate: resting(held.halt, meta.work) };
        const rest =
          held.halt === undefined ? await handOver.deliver(entry, meta, held) : restOf(entry, meta);
        const { halt } = held;
        const about = { config: desk.config, disk, now: wallClock.now(), peers, halt, ledger };
        return await outcomeOf(entry, meta, rest, about);
      },
      beforeSettle: () => ledger.write(wallClock.now()),
      close: async () => {
        await dispatch.close();
        await signers.close();
        await ledger.close();
      },
    };
  },
);

function isBatch(meta: Entry['meta']): meta is MetaOf<'batch'> {
  return meta.work.kind === 'batch';
}

/** The pace, and the relays whose strain it is told of. */
function waysOut({ config, paths, log, process: name }: Site, signal: AbortSignal): Dispatch {
  const pace = new Pace({
    limits: config.pace,
    holder: name ?? `process ${process.pid}`,
    path: paths.pace,
    open: () => openPaceBooks(paths.pace),
    now: wallClock.now,
    failed: (error) =>
      log.warn({ event: 'unnoted', why: explain(error) }, 'cannot note how mail goes out'),
  });
  const relays = relaysOf(config, paths.root);
  const { connections } = config.outgoing;
  const outlets = new Outlets(relays, connections, uptimeMs, ({ name: relay }, strain) => {
    log.info({ event: 'strain', relay, ...strain });
    pace.strain(relay, strain, process.pid, wallClock.now());
  });
  return new Dispatch(outlets, pace, signal);
}
