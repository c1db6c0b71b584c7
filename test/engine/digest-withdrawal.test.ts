import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { findPostings, lookIntoArchive } from '../../src/engine/archive-look.ts';
import { redactPosting, removePosting } from '../../src/engine/archive-removal.ts';
import { type Digesting, digesting, flow } from './digesting.ts';
import { putEntry } from './entries.ts';

const withArchive = [...flow, 'archive'] as const;

async function rowOf({ site }: Digesting, id: string) {
  using look = await lookIntoArchive(site);
  const [row] = look ? findPostings(look.db, id) : [];
  assert(row);
  return row;
}

const by = (on: Digesting) => ({ who: 'test', why: '', now: on.now });

async function remove(on: Digesting, id: string): Promise<void> {
  await removePosting(on.site, await rowOf(on, id), by(on));
}

describe('what is taken out of the archive', () => {
  test('is in no digest that is written later, nor is a file of it kept', async () => {
    await using on = await digesting();
    await on.add('bob@x.example', 'mime');
    for (const subject of ['food', 'secret']) await on.post(subject);
    await on.work(withArchive);
    assert.equal(readdirSync(on.site.paths.digests).length, 2);
    await remove(on, '2@x.example');
    assert.equal(readdirSync(on.site.paths.digests).length, 1);
    await on.turn();
    const [digest] = on.copies().filter(({ to }) => to.includes('bob@x.example'));
    assert.match(digest?.text ?? '', /food/);
    assert.doesNotMatch(digest?.text ?? '', /secret/);
  });

  test('leaves no digest where there was nothing else in it', async () => {
    await using on = await digesting();
    await on.add('bob@x.example', 'plain');
    await on.post('secret');
    await on.work(withArchive);
    // The issue is in the books already, and only then the posting goes.
    const { site, list, now } = on;
    const turned = { kind: 'turned', list, rhythm: 'list', why: 'asked' } as const;
    await (await site.store()).apply([{ cause: 'turn', changes: [turned], fate: '' }], now);
    await remove(on, '1@x.example');
    const work = { kind: 'issue', rhythm: 'list', cause: 'turn', variant: 0 } as const;
    const root = site.spool.paths.root;
    await putEntry(root, { queue: 'digest', list, work, message: 'Subject: x\n\n', now });
    await on.work();
    assert.deepEqual(
      on.copies().filter(({ to }) => to.includes('bob@x.example')),
      [],
    );
    assert.deepEqual(on.got('bob@x.example'), []);
  });

  test('is not collected when its turn comes after that', async () => {
    await using on = await digesting();
    await on.add('bob@x.example', 'plain');
    await on.lay('secret');
    await on.work(['incoming', 'pipeline', 'archive']);
    await remove(on, '1@x.example');
    await on.work();
    await on.turn();
    assert.deepEqual(on.got('bob@x.example'), []);
    assert.deepEqual(readdirSync(on.site.paths.digests), []);
  });

  test('word by word is struck out in every form, also in its table of contents', async () => {
    await using on = await digesting();
    for (const form of ['mime', 'plain', 'html', 'summary'] as const) {
      await on.add(`${form}@x.example`, form);
    }
    await on.post('secret', { body: 'The secret is Herring.', fields: ['X-Note: secret'] });
    await on.work(withArchive);
    const redaction = { words: ['secret'], hidesAuthor: true };
    await redactPosting(on.site, await rowOf(on, '1@x.example'), redaction, by(on));
    await on.turn();
    const digests = on.copies().filter(({ to }) => !to.includes('ann@x.example'));
    assert.equal(digests.length, 4);
    for (const { text, to } of digests) {
      assert.doesNotMatch(text, /secret|Ann|ann@/i, to.join());
      assert.match(text, /redacted/, to.join());
    }
  });
});
