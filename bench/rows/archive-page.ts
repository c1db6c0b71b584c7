/** How long a static site takes to follow one posting. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openFullArchive } from '../../src/engine/archive.ts';
import { makeSite as makePages } from '../../src/engine/archive-site.ts';
import type { ListView } from '../../src/model/list.ts';
import { makeList, makeSite } from '../../test/site.ts';
import { postingOf } from '../archive.ts';
import { atMost, percentile, type Row, rounded, told } from '../row.ts';

const list = 'bench@lists.example';
const there = 100_000;
const rounds = 15;

export const archivePage: Row = {
  name: 'archive-page',
  what: 'a site of 100,000 messages is made, and brought up to date after one posting',
  async run(say) {
    await using made = await makeSite();
    await makeList(made, list, 1, { archivePolicy: 'public' });
    const site = made.open();
    const [view] = await (await site.store()).listsNamed('bench');
    if (!view) throw new Error('no list');
    const folder = join(made.root, 'pages');
    const update = async (): Promise<{ ms: number; files: number }> => {
      const began = performance.now();
      const { files } = await makePages(site, view, { folder, url: '' });
      return { ms: performance.now() - began, files };
    };
    const archive = await filled(site, view);
    const whole = await update();
    say(`${whole.files} files at first, in ${rounded(whole.ms / 1000, 1)} s`);
    const times: number[] = [];
    let files = 0;
    for (let n = 0; n < rounds; n += 1) {
      await archive.keepAll([keepable(view, there + n)]);
      const one = await update();
      times.push(one.ms);
      files = one.files;
    }
    await archive.close();
    await site.close();
    rmSync(folder, { recursive: true });
    return [
      atMost('archive-page', rounded(percentile(times, 0.5), 1), 'ms', 100),
      told('archive-page: files', files, 'written'),
      told('archive-page: whole site', rounded(there / (whole.ms / 1000)), 'messages/s'),
    ];
  },
};

function keepable({ id: list }: ListView, n: number) {
  const message = postingOf(n, there);
  const received = Date.UTC(2016, 0, 1) + Math.floor(((10 * 365 * 86_400_000) / there) * n);
  return { list, entry: `p${n}`, received, sender: null, message };
}

async function filled(site: Parameters<typeof openFullArchive>[0], view: ListView) {
  const archive = await openFullArchive(site, 'person');
  for (let n = 0; n < there; n += 2000) {
    await archive.keepAll(Array.from({ length: 2000 }, (_, k) => keepable(view, n + k)));
  }
  return archive;
}
