/** Postings for the archive: words as people use them, threads, some files, some other scripts. */
import { closeSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { writeMeta } from '../src/model/entry-text.ts';
import { type EntryId, entryId, type ListId } from '../src/model/ids.ts';
import { messageFile, metaFile, spoolPaths, waitingName } from '../src/spool/layout.ts';
import type { TestSite } from '../test/site.ts';

const vocabulary = 20_000;
const authors = 400;
const dayMs = 86_400_000;
/** The first posting; the others follow for ten years. */
const begin = Date.UTC(2016, 0, 1);
const yearsMs = 10 * 365 * dayMs;

/** Chance that is the same in every run. */
export function chance(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const syllables = [
  'ka',
  'to',
  'mi',
  'ren',
  'sol',
  'ba',
  'dur',
  'el',
  'fo',
  'gan',
  'hi',
  'ju',
  'lo',
  'ne',
  'pra',
  'qui',
  'sta',
  'ur',
  'vex',
  'zon',
];

/** The word of a rank; the first ones are common. */
export function wordOf(rank: number): string {
  let word = '';
  for (let n = rank + 20; n > 0; n = Math.floor(n / syllables.length)) {
    word += syllables[n % syllables.length];
  }
  return word;
}

/** A word as often as it is used: few are everywhere, most hardly anywhere (Zipf). */
export function anyWord(random: () => number): string {
  return wordOf(Math.floor(vocabulary ** random()) - 1);
}

const cjk = [
  '今日は東京で会議がありました。',
  '明日の天気は晴れでしょう。',
  '資料を添付しますのでご確認ください。',
];

function textOf(random: () => number, words: number): string {
  let text = '';
  let column = 0;
  for (let n = 0; n < words; n += 1) {
    const word = anyWord(random);
    column += word.length + 1;
    text += column > 70 ? `\r\n${word}` : n === 0 ? word : ` ${word}`;
    if (column > 70) column = word.length;
  }
  return text;
}

/** Posting `n` of `count`. */
export function postingOf(n: number, count: number): Buffer {
  const random = chance(n * 7919 + 1);
  const parent = n > 10 && random() < 0.7 ? n - 1 - Math.floor(random() * 8) : undefined;
  const topic = textOf(chance(Math.floor(n / 6) * 31 + 7), 5).replaceAll('\r\n', ' ');
  const author = Math.floor(authors * random() ** 2);
  const at = begin + Math.floor((yearsMs / count) * n);
  const head = [
    `From: ${wordOf(author * 3)} ${wordOf(author * 5 + 1)} <user${author}@d${author % 40}.example>`,
    'To: bench@lists.example',
    `Subject: ${parent === undefined ? '' : 'Re: '}${topic}`,
    `Message-ID: <m${n}@bench.example>`,
    ...(parent === undefined
      ? []
      : [`In-Reply-To: <m${parent}@bench.example>`, `References: <m${parent}@bench.example>`]),
    `Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`,
    'MIME-Version: 1.0',
  ];
  const text = `${textOf(random, 120 + Math.floor(random() * 200))}\r\n${n % 20 === 0 ? `${cjk[n % 3]}\r\n` : ''}`;
  if (n % 10 !== 3) {
    return Buffer.from([...head, 'Content-Type: text/plain; charset=utf-8', '', text].join('\r\n'));
  }
  const file = Buffer.alloc(1500, n).toString('base64').replace(/.{76}/g, '$&\r\n');
  const parts = [
    '--cut',
    'Content-Type: text/plain; charset=utf-8',
    '',
    text,
    '--cut',
    `Content-Type: application/pdf; name="report-${n}.pdf"`,
    'Content-Disposition: attachment',
    'Content-Transfer-Encoding: base64',
    '',
    file,
    '--cut--',
    '',
  ];
  return Buffer.from(
    [...head, 'Content-Type: multipart/mixed; boundary=cut', '', ...parts].join('\r\n'),
  );
}

/** Writes an mbox of so many postings. */
export function writeMbox(path: string, count: number): void {
  const file = openSync(path, 'wx');
  for (let n = 0; n < count; n += 1) {
    const at = new Date(begin + Math.floor((yearsMs / count) * n)).toUTCString();
    const [, day, date, month, year, time] = /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(at) ?? [];
    const from = `From user@bench.example ${day} ${month} ${String(Number(date)).padStart(2)} ${time} ${year}\n`;
    const text = postingOf(n, count).toString().replaceAll('\r\n', '\n');
    writeSync(file, `${from}${text.replaceAll(/^(>*From )/gm, '>$1')}\n`);
  }
  closeSync(file);
}

/** Lays postings into the queue `archive`; the runner sees them when this is called. */
export function layPostings(
  site: TestSite,
  list: ListId,
  count: number,
  prefix: string,
): () => void {
  const paths = spoolPaths(join(site.root, 'spool'));
  const priority = 5;
  const ids: EntryId[] = [];
  for (let n = 0; n < count; n += 1) {
    const id = entryId(`${prefix}${n}`);
    const folder = join(paths.tmp('archive'), id);
    const bytes = postingOf(n, count);
    mkdirSync(folder);
    writeFileSync(join(folder, messageFile), bytes);
    const meta = writeMeta({
      version: 1,
      id,
      priority,
      due: n + 1,
      round: 0,
      received: begin + n,
      sender: 'ann@author.example',
      recipient: 'bench@lists.example',
      list,
      message: { size: bytes.length, digest: null },
      hops: [],
      attempts: 0,
      work: { kind: 'archive' },
    });
    writeFileSync(join(folder, metaFile), meta);
    ids.push(id);
  }
  return () => {
    for (const [n, id] of ids.entries()) {
      const name = waitingName({ due: n + 1, id, tries: 0 });
      renameSync(join(paths.tmp('archive'), id), join(paths.new('archive', priority), name));
    }
  };
}
