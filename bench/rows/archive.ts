/** How fast postings are kept, brought in, and found. */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { isWrongQuestion, readQuestion } from '../../src/archive/question.ts';
import { search } from '../../src/archive/search.ts';
import { type Database, statement } from '../../src/archive/statement.ts';
import { importBox } from '../../src/engine/archive-import.ts';
import { lookIntoArchive } from '../../src/engine/archive-look.ts';
import type { Site } from '../../src/engine/site.ts';
import { makeList, makeSite } from '../../test/site.ts';
import { anyWord, chance, layPostings, wordOf, writeMbox } from '../archive.ts';
import { atLeast, atMost, percentile, type Row, rounded, told } from '../row.ts';
import { makeSuite, until } from '../suite.ts';

const list = 'bench@lists.example';
const postings = 3000;
const imported = 100_000;
const searched = 100_000;
const questions = 400;
const tellEach = 25_000;

const countAll = statement<object, { count: number }>('select count(*) count from posting');

export const archive: Row = {
  name: 'archive',
  what: '3,000 postings through the archive runner: stored, synced, indexed',
  async run() {
    const suite = await makeSuite('[lmtp]\nlisten = []\n');
    await using _ = suite;
    const id = await makeList(suite.site, list, 1);
    layPostings(suite.site, id, 200, 'w')();
    await suite.start('archive');
    const site = suite.site.open();
    const indexed = async (count: number): Promise<boolean> => {
      using look = await lookIntoArchive(site, undefined, 'as it is');
      return (look?.db.get(countAll, {})?.count ?? 0) >= count;
    };
    await until('the first are indexed', 60_000, () => indexed(200), 20);
    const publish = layPostings(suite.site, id, postings, 'p');
    execFileSync('sync');
    const began = performance.now();
    publish();
    await until('all are indexed', 120_000, () => indexed(200 + postings), 50);
    const seconds = (performance.now() - began) / 1000;
    await site.close();
    return [atLeast('archive', rounded(postings / seconds), 'postings/s', 500)];
  },
};

/** Imports an mbox; gives the messages a second, and the CPU time of each, ms. */
async function bringIn(
  site: Site,
  count: number,
  say: (text: string) => void,
): Promise<{ rate: number; cpuMs: number }> {
  const path = join(site.paths.var, 'bench.mbox');
  writeMbox(path, count);
  const store = await site.store();
  const [view] = await store.listsNamed('bench');
  if (!view) throw new Error('no list');
  const used = process.cpuUsage();
  const began = performance.now();
  const report = await importBox(site, {
    list: view,
    path,
    now: Date.now(),
    broken: async (where, why) => {
      throw new Error(`${where}: ${why}`);
    },
    progress: (_, messages) => {
      if (messages % tellEach === 0) say(`${messages} of ${count}`);
    },
  });
  const seconds = (performance.now() - began) / 1000;
  if (report.taken !== count) throw new Error(`of ${count} came ${report.taken}`);
  const { user, system } = process.cpuUsage(used);
  return { rate: count / seconds, cpuMs: (user + system) / 1000 / count };
}

export const archiveImport: Row = {
  name: 'archive-import',
  what: '100,000 messages of an mbox, stored, synced, indexed',
  async run(say) {
    await using made = await makeSite();
    await makeList(made, list, 1);
    const site = made.open();
    const { rate, cpuMs } = await bringIn(site, imported, say);
    await site.close();
    return [
      atLeast('archive-import', rounded(rate), 'messages/s', 2000),
      told('archive-import: CPU', rounded(cpuMs, 3), 'ms a message'),
    ];
  },
};

/** Questions as people ask them, easy and hard ones in turn. */
function* asked(): Generator<string> {
  const random = chance(42);
  const kinds: readonly (() => string)[] = [
    () => wordOf(Math.floor(random() * 50)),
    () => wordOf(500 + Math.floor(random() * 10_000)),
    () => `${anyWord(random)} ${anyWord(random)}`,
    () => `"${anyWord(random)} ${wordOf(Math.floor(random() * 20))}"`,
    () => `from:user${Math.floor(random() * 400)} ${wordOf(Math.floor(random() * 100))}`,
    () => `subject:${anyWord(random)}`,
    () => `${anyWord(random)} date:20${17 + Math.floor(random() * 8)}`,
    () => `has:attachment ${wordOf(Math.floor(random() * 200))}`,
    () => ['東京', '会議', '天気'][Math.floor(random() * 3)] ?? '',
    () => `${wordOf(Math.floor(random() * 1000)).slice(0, 4)}*`,
    () => `${wordOf(Math.floor(random() * 10))} -${wordOf(Math.floor(random() * 100))}`,
  ];
  for (let n = 0; n < questions; n += 1) yield kinds[n % kinds.length]?.() ?? '';
}

function ask(db: Database, text: string, sorting: 'newest' | 'relevance'): number {
  const question = readQuestion(text);
  if (isWrongQuestion(question)) throw new Error(text);
  const began = performance.now();
  for (const hit of search(db, question, { lists: undefined, sorting, limit: 20 })) {
    if (hit.excerpt.length > 100) throw new Error('an excerpt that is none');
  }
  return performance.now() - began;
}

export const archiveSearch: Row = {
  name: 'archive-search',
  what: '400 searches of 100,000 postings, 20 hits with excerpts each',
  async run(say) {
    await using made = await makeSite();
    await makeList(made, list, 1);
    const site = made.open();
    const { rate } = await bringIn(site, searched, say);
    const index = statSync(join(site.paths.archive, 'index.db')).size;
    say(
      `brought in at ${rounded(rate)}/s; the index has ${rounded(index / searched)} bytes a posting`,
    );
    using look = await lookIntoArchive(site);
    if (!look) throw new Error('no archive');
    const times = (sorting: 'newest' | 'relevance') =>
      [...asked()].map((text) => ask(look.db, text, sorting));
    times('newest');
    const newest = times('newest');
    const weighed = times('relevance');
    await site.close();
    return [
      atMost('archive-search', rounded(percentile(newest, 0.95), 1), 'ms (p95)', 30),
      told('archive-search: half within', rounded(percentile(newest, 0.5), 2), 'ms'),
      told('archive-search: by relevance', rounded(percentile(weighed, 0.95), 1), 'ms (p95)'),
      told('archive-search: index', rounded(index / searched), 'bytes a posting'),
    ];
  },
};
