import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openIndex } from '../../src/archive/index-file.ts';
import { type Database, statement } from '../../src/archive/statement.ts';
import { perSecond } from '../../src/archive/tables.ts';
import { idHash, threadOf } from '../../src/archive/threading.ts';
import { threadSubject } from '../../src/mail/subject.ts';
import { mail, makeArchive, start } from './archived.ts';

type Posted = { readonly key: string; readonly id: number } & {
  readonly refs: readonly Buffer[];
  readonly subject: string;
  readonly isAnswer: boolean;
};

/** `a food`, `b Re: food`, `c<x Re: food`; `@9` is the day. */
function posted(line: string, n: number): Posted {
  const [, key = '', ref, day = '0', field = ''] =
    /^(\w)(?:<(\w))?(?:@(\d+))? (.*)$/.exec(line) ?? assert.fail(line);
  const { text: subject, isAnswer } = threadSubject(field, '[cats]');
  const second = start / 1000 + Number(day) * 86_400 + n * 60;
  const refs = ref === undefined ? [] : [idHash(ref)];
  return { key, id: second * perSecond, refs, subject, isAnswer };
}

/** `ab c`: a and b are one thread, c is another. */
function threads(db: Database, list: number, of: readonly Posted[]): string {
  for (const one of of) threadOf(db, { ...one, list, own: idHash(one.key) }, 1);
  const found = new Map<number, string>();
  for (const { key } of [...of].sort((a, b) => (a.key < b.key ? -1 : 1))) {
    const thread = db.get(threadWith, { list, id: idHash(key) })?.thread ?? 0;
    found.set(thread, `${found.get(thread) ?? ''}${key}`);
  }
  const posts = db.all(counts, { list }).map((row) => row.posts);
  assert.deepEqual(posts.sort(), [...found.values()].map(({ length }) => length).sort());
  return [...found.values()].join(' ');
}

const threadWith = statement<{ list: number; id: Buffer }, { thread: number }>(
  'select thread from mention where list = @list and id = @id',
);
const counts = statement<{ list: number }, { posts: number }>(
  'select posts from thread where list = @list',
);

/** All orders of a few. */
function orders<T>(of: readonly T[]): T[][] {
  if (of.length < 2) return [[...of]];
  return of.flatMap((one) => {
    return orders(of.filter((other) => other !== one)).map((rest) => [one, ...rest]);
  });
}

const cases: readonly (readonly [string, readonly string[], string])[] = [
  ['an answer without references', ['a food', 'b Re: food'], 'ab'],
  ['an answer whose references nobody has', ['a food', 'b<x Re: food'], 'ab'],
  ['answers to what nobody has', ['b<x Re: food', 'c<y Re: food', 'd Re: food'], 'bcd'],
  ['an answer that was written first', ['b<x Re: food', 'a@1 food', 'c@2 Re: food'], 'abc'],
  ['many orphans, and then a question', ['b Re: food', 'c@50 Re: food', 'd@99 food'], 'bcd'],
  ['an orphan whose parent comes', ['a food', 'b<a Re: food', 'c<x Re: food'], 'abc'],
  ['a parent of another subject', ['a drink', 'b<a Re: food', 'c@70 Re: food'], 'ab c'],
  ['other prefixes', ['a food', 'b Re: [Cat lovers] food', 'c [Old 7] Re: food'], 'abc'],
  ['brackets alone', ['a [food]', 'b Re: [food]', 'c Re: [drink]'], 'ab c'],
  ['two questions', ['a food', 'b@1 food'], 'a b'],
  ['an answer much later', ['a food', 'b@61 Re: food'], 'a b'],
  ['another subject', ['a food', 'b<x Re: drink'], 'a b'],
];

describe('threads in the index', () => {
  test('are the same in whatever order their postings come', () => {
    const folder = mkdtempSync(join(tmpdir(), 'listmill-threads-'));
    const db = openIndex(join(folder, 'index.db')) ?? assert.fail();
    let list = 0;
    db.transaction(() => {
      for (const [name, lines, wanted] of cases) {
        for (const order of orders(lines.map(posted))) {
          list += 1;
          const way = `${name}: ${order.map(({ key }) => key).join('')}`;
          assert.equal(threads(db, list, order), wanted, way);
        }
      }
    });
    db.close();
    rmSync(folder, { recursive: true });
  });

  test('do not mind what else the list put before its subjects', async () => {
    using archive = makeArchive();
    await archive.add(mail({ Subject: 'Re: [Cat lovers] food' }), mail({ Subject: 'food' }));
    const all = statement<object, { posts: number }>('select posts from thread');
    assert.deepEqual(archive.db.all(all, {}), [{ posts: 2 }]);
  });
});
