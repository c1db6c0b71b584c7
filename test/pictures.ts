/**
 * `npm run pictures -- DIR [SITE]`: pictures of each kind of page of a static site, as wide as a
 * desk and as narrow as a phone, taken by Chromium and left in DIR. Without SITE (the folder of a
 * site) the pages are those of a made-up list.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { knownList } from '../src/archive/index-write.ts';
import { updateSite } from '../src/archive/site/build.ts';
import { cats, makeArchive, start } from './archive/archived.ts';
import { browser, opened } from './archive/browser.ts';

const desk = { name: 'desk', width: 1200, height: 1000 };
const phone = { name: 'phone', width: 390, height: 1000 };
const dayMs = 86_400_000;

const [, , to, from] = process.argv;
if (to === undefined || browser === undefined) {
  console.error(to === undefined ? 'npm run pictures -- DIR [SITE]' : 'no Chromium is installed');
  process.exitCode = 64;
} else {
  mkdirSync(to, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), 'listmill-pictures-'));
  try {
    await takeAll(resolve(to), from === undefined ? await madeUp(scratch) : resolve(from), scratch);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** A year of a list: threads of all sizes, scripts, quotes, attachments. */
async function madeUp(scratch: string): Promise<string> {
  using archive = makeArchive();
  const people = [
    'Anne Lindqvist',
    'Bart de Vries',
    '田中 花子',
    'Çiğdem Yılmaz',
    'Dr. E. O’Neill',
  ];
  const topics = [
    'Which food for an old cat?',
    '猫の食べ物について',
    'Meeting notes and a rather long subject that does not fit into one line of a phone, or two',
    'Re-homing three kittens near Leiden',
    'Vet bills',
  ];
  const letters = Array.from({ length: 160 }, (_, n) => {
    const topic = n % 4 === 0 ? n : n - (n % 4);
    const who = people[(n * 7) % people.length];
    const subject = `${topic === n ? '' : 'Re: '}${topics[(topic / 4) % topics.length]} (${topic})`;
    const answers = topic === n ? '' : `References: <${topic}@x> <${n - 1}@x>\n`;
    const quote =
      topic === n ? '' : `On Tuesday somebody wrote:\n> What do you think?\n> > Nothing yet.\n\n`;
    const text = `${quote}Hello all,\n\nmine eats herring, and has done so for ${n} days. See https://example.org/food/${n} or write to vet@example.org.\n\n-- \n${who}\n`;
    const head = `From: "${who}" <p${n % 5}@example.net>\nSubject: ${subject}\nMessage-ID: <${n}@x>\n${answers}MIME-Version: 1.0\n`;
    const plain = `Content-Type: text/plain; charset=utf-8\n\n${text}`;
    const file = `--b\nContent-Type: image/png\nContent-Disposition: attachment; filename="cat-${n}.png"\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--b--\n`;
    const mixed = `Content-Type: multipart/mixed; boundary=b\n\n--b\n${plain}\n${file}`;
    const received = start - (160 - n) * 2.3 * dayMs - (n % 7) * dayMs;
    return { received, message: `${head}${n % 9 === 0 ? mixed : plain}` };
  });
  await archive.add(...letters);
  const folder = join(scratch, 'site');
  const list = knownList(archive.db, cats) ?? 0;
  const title = 'Cat lovers';
  const description = 'All about cats, their food and their people';
  const view = { title, description, list: cats, isPublic: true, url: '' };
  await updateSite({ archive: archive.folder, db: archive.db, list, view, folder });
  return folder;
}

async function takeAll(to: string, site: string, scratch: string): Promise<void> {
  const months = readdirSync(site).filter((name) => /^\d{4}-\d{2}\.html$/.test(name));
  const first = (of: string) => `${of}/${readdirSync(join(site, of))[0]}`;
  const pages = {
    start: 'index.html',
    months: 'months.html',
    month: months.sort().at(-1) ?? '',
    thread: first('t'),
    message: first('m'),
    authors: 'authors.html',
    author: first('a'),
    search: 'search.html#food',
  };
  for (const [name, page] of Object.entries(pages)) {
    for (const { name: kind, width, height } of [desk, phone]) {
      // No window of Chromium is as narrow as a phone; a frame is.
      const frame = join(scratch, 'frame.html');
      const size = `width:${width}px;height:${height}px;border:0;display:block`;
      writeFileSync(
        frame,
        `<!doctype html><style>body{margin:0}</style><iframe src="file://${site}/${page}" style="${size}"></iframe>`,
      );
      const picture = join(to, `${name}-${kind}.png`);
      await opened(
        frame,
        `--window-size=${Math.max(width, 500)},${height}`,
        `--screenshot=${picture}`,
      );
      console.log(picture);
    }
  }
}
