import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Database, statement } from '../../src/archive/statement.ts';
import { whoAmI } from '../../src/cli/arguments.ts';
import { openArchive } from '../../src/engine/archive.ts';
import { mail } from '../archive/archived.ts';
import { makeList, makeSite, type TestSite } from '../site.ts';
import { say } from './said.ts';

const secret = 'Xyzzyplugh';
const messages = [
  mail({ 'Message-ID': '<p@x>', Subject: 'Question' }, 'Who knows?\n'),
  mail(
    {
      'Message-ID': '<s@x>',
      'In-Reply-To': '<p@x>',
      Subject: `Re: ${secret}`,
      From: 'Evelina <evelina@example.net>',
    },
    `The word is ${secret.toUpperCase()}, really.\n`,
  ),
  mail({ 'Message-ID': '<c@x>', References: '<p@x> <s@x>', Subject: 'Re: Question' }, 'I see.\n'),
];

async function withArchive(work: (made: TestSite) => Promise<void>): Promise<void> {
  await using made = await makeSite();
  const list = await makeList(made, 'cats@example.com', 1, { archivePolicy: 'public' });
  const site = made.open();
  const archive = await openArchive(site, 'runner');
  for (const [n, message] of messages.entries()) {
    const received = Date.UTC(2026, 10, 24, 0, n);
    await archive.keep({
      list,
      entry: `e${n}`,
      received,
      sender: null,
      message: Buffer.from(message),
    });
  }
  await archive.close();
  await site.close();
  await work(made);
}

/** Whether a word stands in any file below a folder, whatever its case. */
function isAnywhere(folder: string, word: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => readFileSync(path, 'latin1').toLowerCase().includes(word.toLowerCase()));
}

const logged = statement<object, { cause: string; kind: string; subject: string; detail: string }>(
  `select cause, kind, subject, detail from change_log where kind like 'archive-%'`,
);

/** What the change log says of archives. */
async function changes(made: TestSite) {
  const site = made.open();
  const db = new Database(site.paths.database, { readonly: true });
  try {
    return db.all(logged, {}).map(({ detail, ...row }) => ({ ...row, ...JSON.parse(detail) }));
  } finally {
    db.close();
    await site.close();
  }
}

const pages = async (made: TestSite) => await say(made, 'archive', 'site', 'cats', 'pages');

describe('listmill archive rm', () => {
  test('takes a posting out everywhere, and leaves its place, also after a rebuild', async () => {
    await withArchive(async (made) => {
      await pages(made);
      const archive = join(made.root, 'var', 'archive');
      assert.notDeepEqual(isAnywhere(archive, secret), []);
      const done = await say(made, 'archive', 'rm', 's@x', '--why', 'asked', '--yes');
      assert.equal(done.code, 0, done.err);
      await pages(made);
      for (const round of ['at once', 'after a rebuild']) {
        assert.equal((await say(made, 'archive', 'search', secret)).out, 'Nothing.\n', round);
        const tree = await say(made, 'archive', 'thread', 'p@x', '--json');
        assert.deepEqual(
          JSON.parse(tree.out).map(({ depth, state }: { depth: number; state: string }) => [
            depth,
            state,
          ]),
          [
            [0, 'whole'],
            [1, 'removed'],
            [2, 'whole'],
          ],
          round,
        );
        assert.deepEqual(isAnywhere(archive, secret), [], round);
        assert.equal((await say(made, 'archive', 'check')).code, 0, round);
        await say(made, 'archive', 'rebuild');
      }
      assert.deepEqual(isAnywhere(join(made.root, 'pages'), secret), []);
      assert.deepEqual(isAnywhere(join(made.root, 'pages'), 'Evelina'), []);
      assert.equal((await say(made, 'archive', 'rm', 's@x', '--yes')).code, 1, 'only once');
      const [{ hash: subject }] = JSON.parse(
        (await say(made, 'archive', 'thread', 'p@x', '--json')).out,
      ).filter(({ state }: { state: string }) => state === 'removed');
      const who = whoAmI();
      assert.deepEqual(await changes(made), [
        { cause: who, kind: 'archive-removed', subject, why: 'asked' },
      ]);
    });
  });
});

describe('listmill archive redact', () => {
  test('strikes words out, and the author where it is told to', async () => {
    await withArchive(async (made) => {
      await pages(made);
      const done = await say(
        made,
        'archive',
        'redact',
        's@x',
        '--word',
        secret,
        '--author',
        ...['--why', 'a secret'],
        '--yes',
      );
      assert.equal(done.code, 0, done.err);
      const [change, ...more] = await changes(made);
      const { cause, kind, why, words, hidesAuthor } = change;
      const said = [whoAmI(), 'archive-redacted', 'a secret', 1, true];
      assert.deepEqual([cause, kind, why, words, hidesAuthor, more], [...said, []]);
      assert(!JSON.stringify(change).includes(secret), 'the words are written down nowhere');
      await pages(made);
      for (const round of ['at once', 'after a rebuild']) {
        const shown = JSON.parse((await say(made, 'archive', 'show', 's@x', '--json')).out);
        assert.equal(shown.text, 'The word is [redacted], really.\n', round);
        assert.equal(shown.subject, 'Re: [redacted]', round);
        assert.equal(shown.state, 'redacted', round);
        assert.equal((await say(made, 'archive', 'search', 'evelina')).out, 'Nothing.\n', round);
        assert.equal(
          JSON.parse((await say(made, 'archive', 'thread', 'p@x', '--json')).out).length,
          3,
        );
        assert.deepEqual(isAnywhere(join(made.root, 'var', 'archive'), secret), [], round);
        assert.equal((await say(made, 'archive', 'check')).code, 0, round);
        await say(made, 'archive', 'rebuild');
      }
      assert.deepEqual(isAnywhere(join(made.root, 'pages'), secret), []);
      assert.deepEqual(isAnywhere(join(made.root, 'pages'), 'Evelina'), []);
    });
  });
});
