/**
 * Everything that can go wrong, at the same time, during overlapping mailings: workers and master
 * are killed, the MTA crashes, connections are reset in every state, slowed and silenced, the MTA
 * says "later" in storms, the disk fills up, the clock jumps. In the end everybody must have
 * everything, and twice only what was in flight on a connection that was cut.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from '../../src/engine/site.ts';
import type { ListId } from '../../src/model/ids.ts';
import { queueNames } from '../../src/model/queues.ts';
import { accept, arrive } from '../../src/spool/intake.ts';
import { tally } from '../../src/spool/places.ts';
import type { SmallDisk } from '../failures/small-disk.ts';
import { chanceOf } from '../mail/chance.ts';
import { type Sink, startSink } from '../sink.ts';
import { makeList, makeSite } from '../site.ts';
import { deckOf } from './deck.ts';
import { Victim } from './suite.ts';
import { type Chance, startTorment, type Torment } from './torment.ts';
import { wrongsOf } from './wrongs.ts';

const connections = 4;
/** Recipients of one transaction: what may be in flight on one connection. */
const each = 100;
const members = 2000;
const lists = [
  { name: 'shared', settings: { priority: 5 } },
  { name: 'verp', settings: { verp: 'always' } },
  { name: 'urgent', settings: { priority: 1 } },
] as const;
/** What is done how often, of some twenty seconds; each is done before any is done again. */
const cards = { worker: 5, master: 1, crash: 2, storm: 2, full: 1, jump: 1, rest: 2 } as const;
/** Fewer postings are no torture. */
const fewest = 6;
/** How long it may take, once the harm is over, until all is done. */
const calmMs = 180_000;

export type TortureReport = {
  readonly seed: number;
  readonly postings: number;
  /** Copies that were promised, got, lost and got again. */
  readonly promised: number;
  readonly lost: number;
  readonly repeated: number;
  /** Repeats that were possible: what was in flight on connections that were cut. */
  readonly mayRepeat: number;
  readonly harm: Readonly<Record<string, number>>;
  /** What was not as it should be in the end. */
  readonly wrong: readonly string[];
};

export type TortureOrder = {
  /** So long, and on until all of `harms` was done; a slow machine gets half of it on top. */
  readonly ms: number;
  readonly harms?: readonly string[];
  readonly seed: number;
  /** Where the spool is to be, if the disk is to fill up. */
  readonly disk: SmallDisk | undefined;
  readonly say: (line: string) => void;
};

/** Tortures a suite of its own. */
export async function torture(order: TortureOrder): Promise<TortureReport> {
  const chance = seeded(order.seed);
  let storm = false;
  const later = { test: () => storm && chance() < 0.5 };
  const rules = (['mail', 'rcpt', 'body'] as const).map((stage) => {
    return { stage, match: later, reply: '451 4.3.2 later, please' };
  });
  await using sink = await startSink({ rules });
  await using torment = await startTorment(sink.port, chance);
  await using made = await makeSite(configOf(torment.port, order.disk));
  const ids = new Map<string, ListId>();
  for (const { name, settings } of lists) {
    const more = { ...settings, nonmemberAction: 'accept' };
    ids.set(name, await makeList(made, `${name}@example.com`, members, more));
  }
  const site = made.open();
  const clockFile = join(made.root, 'clock');
  const victim = new Victim(site, clockFile);
  const harm: Record<string, number> = {};
  const { disk } = order;
  const draw = deckOf({ ...cards, full: disk ? 1 : 0 }, chance);
  let ahead = 0;
  const deal: Readonly<Record<keyof typeof cards, () => Promise<unknown>>> = {
    worker: () => victim.killWorker(chance),
    master: () => victim.killMaster(),
    crash: () => crash(torment, chance),
    storm: async () => {
      storm = true;
      await sleep(chance() * 1500);
      storm = false;
    },
    full: async () => disk && (await fill(disk, chance)),
    jump: async () => {
      // Forward by up to a minute, and back by some seconds: time itself is as it was.
      ahead += chance() < 0.7 ? chance() * 60_000 : -chance() * 3000;
      writeFileSync(clockFile, String(Math.round(ahead)));
    },
    rest: async () => undefined,
  };
  const promised = new Set<string>();
  try {
    await victim.start();
    const began = Date.now();
    const lacks = (): boolean => {
      const seen: Readonly<Record<string, number>> = { ...harm, ...harmOf(victim, torment) };
      return promised.size < fewest || (order.harms ?? []).some((name) => !seen[name]);
    };
    const goesOn = (): boolean => {
      const ms = Date.now() - began;
      return ms < order.ms || (ms < 1.5 * order.ms && lacks());
    };
    for (let round = 0; goesOn(); round += 1) {
      if (round % 4 === 0) await post(site, chance, promised);
      const card = draw() ?? 'rest';
      if (card !== 'rest') harm[card] = (harm[card] ?? 0) + 1;
      await deal[card]();
      await sleep(chance() * 800);
    }
    order.say(
      `the harm is over: ${promised.size} postings, ${sink.stats().distinct} copies so far`,
    );
    torment.relent();
    storm = false;
    await allIsDone(site, sink, promised, order.say);
    await victim.stop();
    const wrong = await wrongsOf(site);
    const { handing } = victim;
    const lost = lostOf(sink, promised);
    return {
      seed: order.seed,
      postings: promised.size,
      promised: promised.size * members,
      lost,
      repeated: sink.stats().repeated,
      mayRepeat: (torment.broken + handing * connections) * each,
      harm: { ...harm, ...harmOf(victim, torment) },
      wrong,
    };
  } finally {
    victim.destroy();
    await site.close();
  }
}

/** What was done to processes and connections. */
function harmOf({ masters, workers }: Victim, { broken, harms }: Torment) {
  return { masters, workers, broken, ...harms };
}

function configOf(port: number, disk: SmallDisk | undefined): string {
  return `
${disk ? `spool = "${disk.path}"` : ''}
lmtp.listen = []
limits.crashes = 100
limits.freeBytes = 0
[outgoing]
batchRecipients = 400
transactionRecipients = ${each}
connections = ${connections}
retryMs = [300, 600]
replyMs = 1500
[master]
backoffMs = 10
maxBackoffMs = 100
beatMs = 200
[runners.outgoing]
workers = 2
maxWorkers = 2
[[relay]]
port = ${port}
tls = "none"
`;
}

/** One posting to one of the lists; it counts only when it was promised. */
async function post(site: Site, chance: Chance, promised: Set<string>): Promise<void> {
  const { name } = lists[Math.floor(chance() * lists.length)] ?? lists[0];
  const id = `<t${promised.size}-${Math.floor(chance() * 1e9)}@x.example>`;
  const to = `${name}@example.com`;
  const lines = [`From: ann@x.example`, `To: ${to}`, `Subject: ${id}`, `Message-ID: ${id}`, ''];
  const text = [...lines, 'Herring. '.repeat(20), ''].join('\r\n');
  try {
    const arrival = await arrive(site.spool, Readable.from([Buffer.from(text)]), 100_000);
    const work = { kind: 'mail', via: 'inject' } as const;
    const target = { queue: 'incoming', recipient: to, work } as const;
    await accept(site.spool, arrival, 'ann@x.example', [target], Date.now());
    promised.add(id);
  } catch {
    // The disk is full: it was not promised.
  }
}

async function crash(torment: Torment, chance: Chance) {
  torment.crash(true);
  await sleep(chance() * 1500);
  torment.crash(false);
}

async function fill(disk: SmallDisk, chance: Chance) {
  const free = disk.fill();
  await sleep(chance() * 1000);
  free();
}

async function allIsDone(
  site: Site,
  sink: Sink,
  promised: ReadonlySet<string>,
  say: (line: string) => void,
): Promise<void> {
  const end = Date.now() + calmMs;
  for (let told = 0; lostOf(sink, promised) > 0 || busy(site) > 0; told += 1) {
    if (Date.now() > end) return;
    if (told % 50 === 0) say(`${lostOf(sink, promised)} copies to come, ${busy(site)} entries`);
    await sleep(200);
  }
}

/** Entries in any queue. */
function busy(site: Site): number {
  return queueNames.reduce((sum, queue) => {
    const { waiting, claimed } = tally(site.spool, queue, Date.now());
    return sum + waiting + claimed;
  }, 0);
}

function lostOf(sink: Sink, promised: ReadonlySet<string>): number {
  const got = new Map<string, number>();
  for (const pair of sink.pairs.keys()) {
    const id = pair.slice(pair.indexOf('\t') + 1);
    got.set(id, (got.get(id) ?? 0) + 1);
  }
  let lost = 0;
  for (const id of promised) lost += members - (got.get(id) ?? 0);
  return lost;
}

function seeded(seed: number): Chance {
  const { number } = chanceOf(seed);
  return () => number(1e9) / 1e9;
}
