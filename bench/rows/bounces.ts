/** How fast bounces are booked, and what others notice of it. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { diagnoseFile } from '../../src/engine/diagnose.ts';
import { address } from '../../test/literals.ts';
import { corpusFolder } from '../../test/mail/corpus.ts';
import { makeList } from '../../test/site.ts';
import { memberOf, openEvents, Reports } from '../bounces.ts';
import { memoryOf, watchMemory } from '../processes.ts';
import { atLeast, atMost, percentile, type Row, rounded, told } from '../row.ts';
import { makeSuite, type Suite, until } from '../suite.ts';

const list = 'bounces@lists.example';
const returnPath = 'bounces-bounces@lists.example';
const members = 138_000;
const failing = 5000;
/** Every so many members one fails: all over the list. */
const step = Math.floor(members / failing);
/** As the master would have it with this much to do. */
const workers = 'bounce:2';

async function setUp() {
  const suite = await makeSuite('[lmtp]\nlisten = []\n');
  const id = await makeList(suite.site, list, members);
  const reports = new Reports(suite.site, id, returnPath);
  return { suite, id, reports };
}

/** Lets the runner book what is prepared; gives the seconds that it takes. */
async function book(suite: Suite, reports: Reports, count: number): Promise<number> {
  using events = openEvents(suite.site);
  const wanted = events.newest() + count;
  const began = performance.now();
  reports.publish();
  await until('all are booked', 120_000, () => events.newest() >= wanted);
  return (performance.now() - began) / 1000;
}

export const bounces: Row = {
  name: 'bounces',
  what: '5,000 RFC 3464 reports of members of a list of 138,000, from queued to booked',
  async run() {
    const { suite, reports } = await setUp();
    await using _ = suite;
    reports.prepare('warmup', 200, 1);
    await suite.start(workers);
    await book(suite, reports, 200);
    reports.prepare('mailing1', failing, step);
    const seconds = await book(suite, reports, failing);
    return [
      atMost('bounces', rounded(seconds, 2), 's', 3),
      told('bounces: rate', rounded(failing / seconds), '/s'),
    ];
  },
};

export const bouncesContention: Row = {
  name: 'bounces-contention',
  what: 'somebody subscribes again and again while 5,000 bounces are booked',
  async run(say) {
    const { suite, id, reports } = await setUp();
    await using _ = suite;
    reports.prepare('warmup', 200, 1);
    await suite.start(workers);
    await book(suite, reports, 200);
    reports.prepare('mailing1', failing, step);
    const opened = suite.site.open();
    const admin = (await opened.store()).as('bench');
    const times: number[] = [];
    let going = true;
    const subscribing = (async () => {
      for (let n = 0; going; n += 1) {
        const began = performance.now();
        await admin.addMember(id, 'member', address(`new${n}@new.example`));
        times.push(performance.now() - began);
        await sleep(2);
      }
    })();
    const seconds = await book(suite, reports, failing);
    going = false;
    await subscribing;
    await opened.close();
    const mid = rounded(percentile(times, 0.5), 1);
    say(`${times.length} subscribed in ${rounded(seconds, 2)} s, half of them within ${mid} ms`);
    if (times.length < 100) throw new Error(`only ${times.length} subscribed`);
    return [
      atMost('bounces-contention', rounded(percentile(times, 0.99), 1), 'ms (p99)', 50),
      atMost('bounces-contention: booked', rounded(seconds, 2), 's', 3),
    ];
  },
};

function* filesBelow(folder: string): Generator<string> {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

export const classify: Row = {
  name: 'classify',
  what: 'messages of the sample bounces that one worker diagnoses a second',
  async run() {
    const files = [...filesBelow(join(corpusFolder, 'bounces'))].filter(
      (path) => !path.endsWith('.jsonl'),
    );
    const round = async (): Promise<number> => {
      const began = performance.now();
      for (const path of files) await diagnoseFile(path);
      return files.length / ((performance.now() - began) / 1000);
    };
    const rates: number[] = [];
    for (let n = 0; n < 6; n += 1) rates.push(await round());
    // The first round reads the files and warms the engine up, as a worker's first second does.
    return [atLeast('classify', rounded(percentile(rates.slice(1), 0.5)), 'messages/s', 1500)];
  },
};

const mebibyte = 1024 * 1024;
const largeBytes = 26 * mebibyte;

export const largeBounce: Row = {
  name: 'large-bounce',
  what: 'a report of 26 MiB: growth of the worker that books it',
  async run() {
    const suite = await makeSuite('[lmtp]\nlisten = []\n');
    await using _ = suite;
    const id = await makeList(suite.site, list, 1000);
    const reports = new Reports(suite.site, id, returnPath);
    reports.prepare('warmup', 200, 1);
    await suite.start('bounce');
    await book(suite, reports, 200);
    reports.prepareLarge(memberOf(500), largeBytes);
    await sleep(1000);
    const idle = memoryOf([...suite.pids.values()][0] ?? 0);
    using memory = watchMemory(() => suite.pids, 5);
    const seconds = await book(suite, reports, 1);
    const grown = (Math.max(...memory.peaks.values()) - idle) / mebibyte;
    return [
      atMost('large-bounce', rounded(grown, 1), 'MiB growth', 25),
      told('large-bounce: booked in', rounded(seconds, 2), 's'),
    ];
  },
};

const history = 1_000_000;

export const bounceHistory: Row = {
  name: 'bounce-history',
  what: 'rate of booking with 1,000,000 events stored, over that with none',
  async run(say) {
    const { suite, reports } = await setUp();
    await using _ = suite;
    reports.prepare('warmup', 200, 1);
    await suite.start(workers);
    await book(suite, reports, 200);
    const few: number[] = [];
    const many: number[] = [];
    for (const n of [0, 1, 2]) {
      reports.prepare(`before${n}`, failing, step);
      few.push(failing / (await book(suite, reports, failing)));
    }
    await suite.stop();
    say(`${few.map((rate) => rounded(rate)).join(', ')}/s; laying down ${history} events ...`);
    {
      using events = openEvents(suite.site);
      events.addHistory(history);
    }
    await suite.start(workers);
    reports.prepare('warmup2', 200, 1);
    await book(suite, reports, 200);
    for (const n of [0, 1, 2]) {
      reports.prepare(`after${n}`, failing, step);
      many.push(failing / (await book(suite, reports, failing)));
    }
    say(`${many.map((rate) => rounded(rate)).join(', ')}/s`);
    const [before, after] = [percentile(few, 0.5), percentile(many, 0.5)];
    return [
      atLeast('bounce-history', rounded(after / before, 3), 'of the rate with none', 0.9),
      told('bounce-history: with none', rounded(before), '/s'),
      told('bounce-history: with a million', rounded(after), '/s'),
    ];
  },
};
