import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { postingsOfList } from '../../src/archive/index-look.ts';
import { buryPosting, scrubbing } from '../../src/archive/index-remove.ts';
import { knownList } from '../../src/archive/index-write.ts';
import { updateSite } from '../../src/archive/site/build.ts';
import { cats, mail, makeArchive, type TestArchive } from './archived.ts';
import { hostile } from './hostile.ts';

type Made = {
  readonly folder: string;
  readonly update: (isPublic?: boolean) => Promise<readonly string[]>;
  readonly read: (name: string) => string;
};

/** All files below a folder, with what is in them. */
function snapshot(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    names
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'latin1')]),
  );
}

async function withPages(work: (archive: TestArchive, made: Made) => Promise<void>): Promise<void> {
  using archive = makeArchive();
  const folder = mkdtempSync(join(tmpdir(), 'listmill-pages-'));
  const update = async (isPublic = true) => {
    const before = snapshot(folder);
    const list = knownList(archive.db, cats) ?? 0;
    const view = {
      title: 'Cats & <dogs>',
      description: 'ask me@example.org',
      list: cats,
      isPublic,
      url: 'https://x.example/',
    };
    await updateSite({ archive: archive.folder, db: archive.db, list, view, folder });
    const now = snapshot(folder);
    return [...now]
      .filter(([name, text]) => before.get(name) !== text)
      .map(([name]) => name)
      .sort();
  };
  try {
    await work(archive, {
      folder,
      update,
      read: (name) => readFileSync(join(folder, name), 'utf8'),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const parent = mail(
  { 'Message-ID': '<p@x>', Subject: 'Food' },
  'What do they eat?\n\nmail me@example.net\n',
);
const child = mail(
  {
    'Message-ID': '<c@x>',
    'In-Reply-To': '<p@x>',
    Subject: 'Re: Food',
    From: 'Bob <bob@example.net>',
  },
  '> What do they eat?\nHerring. See https://fish.example/a?b=1&c=2.\n',
);

describe('a static site', () => {
  test('a new posting touches a handful of files, and a second run none', async () => {
    await withPages(async (archive, { update, read }) => {
      await archive.add(
        parent,
        ...Array.from({ length: 30 }, (_, n) =>
          mail({ Subject: `Other ${n}`, 'Message-ID': `<o${n}@x>` }),
        ),
      );
      await update();
      await archive.add(child);
      const changed = await update();
      assert(changed.length <= 12, changed.join(' '));
      assert(
        changed.some((name) => name.startsWith('m/')) &&
          changed.some((name) => name.startsWith('t/')),
      );
      assert.deepEqual(await update(), []);
      const [thread = ''] = changed.filter((name) => name.startsWith('t/'));
      assert.match(read(thread), /Food[\s\S]*Herring/);
    });
  });

  test('grown step by step it is the same as made at once', async () => {
    await withPages(async (archive, one) => {
      // The answer comes first, and what it answers was written before it.
      for (const [n, message] of [child, mail({ 'Message-ID': '<o@x>' }), parent].entries()) {
        await archive.add({ message: Buffer.from(message), received: Date.UTC(2026, 10, 9 - n) });
        await one.update();
      }
      const grown = snapshot(one.folder);
      rmSync(one.folder, { recursive: true });
      mkdirSync(one.folder);
      await one.update();
      const whole = snapshot(one.folder);
      assert.deepEqual([...grown.keys()].sort(), [...whole.keys()].sort());
      for (const [name, text] of whole) {
        if (!name.startsWith('search/')) assert.equal(grown.get(name), text, name);
      }
    });
  });

  test('addresses are cut where anybody reads, and stand where members do', async () => {
    await withPages(async (archive, { folder, update }) => {
      await archive.add(parent, child);
      await update(true);
      const shown = [...snapshot(folder).values()].join('\n');
      assert.doesNotMatch(shown, /(anne|me|bob)@example/);
      assert.match(Buffer.from(shown, 'latin1').toString(), /me@…/);
      await update(false);
      assert.match([...snapshot(folder).values()].join('\n'), /mail me@example\.net/);
    });
  });

  test('addresses are cut in subjects, names, names of files, markup, and whatever wraps them', async () => {
    await withPages(async (archive, { folder, update }) => {
      const head = {
        Subject: 'write to sue@example.net, MAILTO:SUE@EXAMPLE.NET',
        From: '"sue@example.net" <sue@example.net>',
        'MIME-Version': '1.0',
        'Content-Type': 'multipart/mixed; boundary=b',
      };
      const body = `--b
Content-Type: text/html

<p>(sue@example.net), <a href="mailto:sue@example.net">Sue</a> "sue@example.net";
sue+cats@example.net <b>sue</b>@example.net https://sue@example.net/sue@example.net</p>
--b
Content-Type: image/png; name="of sue@example.net.png"
Content-Disposition: attachment; filename="of sue@example.net.png"

x
--b--
`;
      const answer = { Subject: 'Re: write to sue@example.net', References: '<sue@example.net>' };
      await archive.add(
        mail(head, body),
        mail(answer, 'On Monday Sue <sue@example.net> wrote:\n> sue@example.net\n'),
      );
      await update(true);
      for (const [name, text] of snapshot(folder)) {
        // What is attached stands as it came.
        if (!name.startsWith('f/'))
          assert.deepEqual(text.match(/.{0,40}sue(\+cats)?@example.{0,40}/i), null, name);
      }
    });
  });

  test('nothing that mail brings is markup, and no file is what a browser runs', async () => {
    await withPages(async (archive, { folder, update }) => {
      await archive.add(...hostile);
      await update();
      const files = snapshot(folder);
      for (const [name, text] of files) {
        if (name.endsWith('.html')) {
          assert.match(
            text,
            /<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;/,
            name,
          );
          const scripts = text.match(/<script[^>]*>/g) ?? [];
          assert.deepEqual(
            scripts,
            name === 'search.html' ? ['<script src="search.js" defer>'] : [],
            name,
          );
          assert.doesNotMatch(text, /<(?:svg|iframe|b|img(?! class="chart"))[\s>]/i, name);
          assert.doesNotMatch(text, /<[^>]*\son\w+=/i, name);
          assert.doesNotMatch(text, /href="(?!https?:|\.\.\/|[a-z0-9-]+[./])/i, name);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
          assert.doesNotMatch(text, /[\u0000-\u0008\u001b]/, name);
        } else if (name.startsWith('f/')) assert.match(name, /^f\/[A-Z2-7]{32}\/\d+\.(bin|png)$/);
        else if (name.startsWith('search/')) assert(!text.includes('</script'), name);
      }
      assert(files.size > 20);
      const png = [...files].find(([name]) => name.endsWith('.png'));
      assert.equal(png?.[1], '\x89PNG\r\n\x1a\n');
    });
  });

  test('every link leads to a page that is there', async () => {
    await withPages(async (archive, { folder, update }) => {
      await archive.add(parent, child, ...hostile);
      await update();
      const files = snapshot(folder);
      for (const [name, text] of files) {
        if (!name.endsWith('.html')) continue;
        for (const [, to = ''] of text.matchAll(/(?:href|src)="([^"#]+)/g)) {
          if (/^https?:/.test(to)) continue;
          assert(files.has(join(name, '..', to)), `${name} -> ${to}`);
        }
      }
    });
  });

  test('the files of a posting that was removed are gone', async () => {
    await withPages(async (archive, { folder, update }) => {
      await archive.add(...hostile);
      await update();
      const files = () => [...snapshot(folder).keys()].filter((name) => name.startsWith('f/'));
      assert.notDeepEqual(files(), []);
      for (const row of postingsOfList(archive.db, knownList(archive.db, cats) ?? 0)) {
        if (row.subject === 'files') scrubbing(archive.db, () => buryPosting(archive.db, row));
      }
      await update();
      assert.deepEqual(files(), []);
    });
  });

  test('the feed is XML: the newest first, each with an id of its own and its time', async () => {
    await withPages(async (archive, { update, read }) => {
      await archive.add(parent, child, ...hostile);
      await update();
      const feed = read('feed.xml');
      const open: string[] = [];
      const tag = /<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>|<|&(?!(?:lt|gt|amp|quot|#\d+);)/g;
      for (const [all, closing, name, , alone] of feed
        .replace(/^<\?xml[^>]*\?>/, '')
        .matchAll(tag)) {
        assert(name !== undefined, `${all} is no XML`);
        if (closing === '/') assert.equal(open.pop(), name);
        else if (alone !== '/') open.push(name);
      }
      assert.deepEqual(open, []);
      const all = (name: string, text = feed) =>
        [...text.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, value]) => value);
      const [whole, ...times] = all('updated');
      assert.equal(times.length, 2 + hostile.length);
      assert.deepEqual(times, [...times].sort().reverse());
      assert.equal(whole, times[0]);
      assert.equal(new Set(all('id')).size, times.length + 1);
      assert.match(feed, /^<\?xml [^>]*>\n<feed xmlns="http:\/\/www\.w3\.org\/2005\/Atom">/);
    });
  });
});
