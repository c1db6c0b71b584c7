/** The pages of a static site in a real browser: what runs, what is found, who can read them. */
import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { knownList } from '../../src/archive/index-write.ts';
import { updateSite } from '../../src/archive/site/build.ts';
import { cats, mail, makeArchive, type TestArchive } from '../archive/archived.ts';
import { browser, opened } from '../archive/browser.ts';
import { hostile } from '../archive/hostile.ts';

const skip = browser === undefined ? 'no Chromium is installed' : false;

let archive: TestArchive;
let folder: string;

/** The page as it is when its scripts are done. */
function dom(page: string): Promise<string> {
  return opened(`${folder}/${page}`, '--window-size=1000,900', '--dump-dom');
}

/** A page again, with a script of ours in place of its policy; what it leaves in the title. */
async function asked(page: string, script: string, width?: number): Promise<string> {
  const name = page.replace('.html', '-asked.html');
  const up = page.includes('/') ? '../' : '';
  writeFileSync(join(folder, 'asked.js'), script);
  const text = readFileSync(join(folder, page), 'utf8');
  const scripts = `<script src="${up}axe.js"></script><script src="${up}asked.js" defer></script>`;
  writeFileSync(
    join(folder, name),
    text.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, scripts),
  );
  // No window of Chromium is as narrow as a phone; a frame is.
  const frame = `<!doctype html><title></title><iframe src="${name}" style="width:${width}px">`;
  writeFileSync(join(folder, 'frame.html'), frame);
  const shown = await dom(width === undefined ? name : 'frame.html');
  const [, title = ''] = /<title>([^<]*)<\/title>/.exec(shown) ?? [];
  return title
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

before(async () => {
  if (skip) return;
  archive = makeArchive();
  folder = mkdtempSync(join(tmpdir(), 'listmill-pages-'));
  await archive.add(
    mail(
      { 'Message-ID': '<p@x>', Subject: '猫の食べ物 and crème' },
      `${'a_very_long_word_'.repeat(20)}\nHerring\n`,
    ),
    mail({ 'In-Reply-To': '<p@x>', Subject: 'Re: food' }, '> Herring\nNo, salmon\n'),
    ...hostile,
  );
  const list = knownList(archive.db, cats) ?? 0;
  const view = { title: 'Cats', description: 'All of them', list: cats, isPublic: true, url: '' };
  await updateSite({ archive: archive.folder, db: archive.db, list, view, folder });
  copyFileSync(
    createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
    join(folder, 'axe.js'),
  );
});
after(() => {
  if (skip) return;
  archive[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

/** One page of each kind. */
function pages(): string[] {
  const inside = ['m', 't', 'a'].map((name) => `${name}/${readdirSync(join(folder, name))[0]}`);
  return ['index.html', 'months.html', 'authors.html', 'search.html', '2026-11.html', ...inside];
}

describe('the pages in a browser', { skip }, () => {
  test('run nothing that mail brought', async () => {
    for (const name of readdirSync(join(folder, 'm'))) {
      assert.doesNotMatch(await dom(`m/${name}`), /<title>EXECUTED/, name);
    }
  });

  test('find words without a server, in any script', async () => {
    for (const [words, subject] of [
      ['herr', 'Re: food'],
      ['creme', '猫の食べ物 and crème'],
      ['食べ物', '猫の食べ物 and crème'],
      ['"no salmon" sal', 'Re: food'],
      ['"a very long wor*"', '猫の食べ物 and crème'],
    ] as const) {
      assert(
        words &&
          (await dom(`search.html#${encodeURIComponent(words)}`)).includes(`>${subject}</a>`),
        words,
      );
    }
  });

  test('find phrases only where they stand', async () => {
    for (const words of ['"salmon no"', '"no salm"', '物の食べ']) {
      const page = await dom(`search.html#${encodeURIComponent(words)}`);
      assert.match(page, /<p id="said"[^>]*>0 found\./, words);
    }
  });

  test('have no fault that axe finds, wide and narrow, and fit a phone', async () => {
    const script = `axe.run({ resultTypes: ['violations'] }).then(({ violations }) => {
      top.document.title = JSON.stringify({ wide: document.documentElement.scrollWidth > innerWidth, faults: violations.map(({ id, nodes }) => id + ' ' + nodes[0].html) });
    });`;
    for (const page of pages()) {
      for (const width of [undefined, 360]) {
        const said = await asked(page, script, width);
        assert.deepEqual(JSON.parse(said), { wide: false, faults: [] }, `${page} at ${width}`);
      }
    }
  });
});
