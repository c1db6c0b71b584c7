import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { splitMessage } from '../../src/archive/facts.ts';
import type { PostingRow } from '../../src/archive/index-look.ts';
import { postingsOfList } from '../../src/archive/index-look.ts';
import { knownList } from '../../src/archive/index-write.ts';
import type { ThreadNode } from '../../src/archive/jwz.ts';
import { type ThreadPosting, treesOfThread } from '../../src/archive/thread-view.ts';
import { rangeBytes } from '../../src/archive/volume.ts';
import { rangeOf } from '../../src/engine/archive-look.ts';
import { ancestorIds } from '../../src/mail/message-id.ts';
import { corpusFiles, needsCorpus } from '../mail/corpus.ts';
import { cats, makeArchive, type TestArchive } from './archived.ts';

let archive: TestArchive;
let messages: Buffer[];
let rows: PostingRow[];

describe('the sample mail in the archive', needsCorpus, () => {
  before(async () => {
    archive = makeArchive();
    messages = corpusFiles('messages').map((file) => readFileSync(file));
    await archive.add(...messages);
    rows = [...postingsOfList(archive.db, knownList(archive.db, cats) ?? 0)];
  });
  after(() => archive[Symbol.dispose]());

  test('comes back byte for byte, each message once', () => {
    assert.equal(rows.length, messages.length);
    for (const row of rows) {
      const wanted = messages[Number(row.entry.slice(1)) - 1] ?? assert.fail(row.entry);
      assert(rangeBytes(archive.folder, rangeOf(row)).equals(wanted), row.entry);
    }
  });

  test('answers are in the thread of what they answer, and each message in one place', () => {
    const threadOf = new Map(rows.map(({ messageId, thread }) => [messageId, thread]));
    let answers = 0;
    for (const row of rows) {
      const { headers } = splitMessage(rangeBytes(archive.folder, rangeOf(row)));
      const references = ancestorIds(headers);
      for (const parent of references) {
        const thread = threadOf.get(parent);
        if (thread === undefined) continue;
        answers += 1;
        assert.equal(threadOf.get(row.messageId), thread, row.messageId);
      }
    }
    assert(answers > 15, `${answers} answers`);
    let placed = 0;
    const walk = (nodes: readonly ThreadNode<ThreadPosting>[]): void => {
      for (const { message, children } of nodes) {
        if (message) placed += 1;
        walk(children);
      }
    };
    for (const thread of new Set(threadOf.values())) walk(treesOfThread(archive.db, thread));
    assert.equal(placed, threadOf.size);
  });
});
