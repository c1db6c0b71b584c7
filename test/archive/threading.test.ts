import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Facts } from '../../src/archive/facts.ts';
import { openIndex } from '../../src/archive/index-file.ts';
import { postingsByHash } from '../../src/archive/index-look.ts';
import { buryPosting } from '../../src/archive/index-remove.ts';
import { addToIndex, listNumber } from '../../src/archive/index-write.ts';
import { type Database, statement } from '../../src/archive/statement.ts';
import { threadSubject } from '../../src/mail/subject.ts';
import { chanceOf, newSeed } from '../mail/chance.ts';
import { mail, makeArchive, start } from './archived.ts';

type Posted = { readonly key: string; readonly facts: Facts };

/** `a food`, `b Re: food`, `c<x Re: food`, `d<ab `; `@9` is the day. */
function posted(line: string, n: number): Posted {
  const [, key = '', refs = '', day = '0', subject = ''] =
    /^(\w)(?:<(\w+))?(?:@(\d+))? (.*)$/.exec(line) ?? assert.fail(line);
  const { text: bare, isAnswer } = threadSubject(subject, '[cats]');
  const at = start + (Number(day) * 86_400 + n * 60) * 1000;
  return {
    key,
    facts: {
      ...plain,
      hash: key,
      messageId: key,
      subject,
      bare,
      isAnswer,
      at,
      received: at,
      references: [...refs].filter((ref) => ref !== key),
    },
  };
}

const plain = { author: undefined, dated: undefined, text: '', files: [] };

function add(db: Database, list: number, { key: entry, facts }: Posted, isRemoved = false): void {
  const state = isRemoved ? 'removed' : 'whole';
  const gone = { ...facts, subject: '', bare: '', isAnswer: false };
  const placed = { list, entry, called: null, volume: 1, start: 0, size: 0, state } as const;
  addToIndex(db, placed, isRemoved ? gone : facts, 1);
}

/** `ab c`: a and b are one thread, c is another. */
function threads(db: Database, list: number): string {
  const found = new Map<number, string>();
  for (const { key, thread } of db.all(ofList, { list })) {
    found.set(thread, `${found.get(thread) ?? ''}${key}`);
  }
  const posts = db.all(counts, { list }).map((row) => row.posts);
  assert.deepEqual(posts.sort(), [...found.values()].map(({ length }) => length).sort());
  return [...found.values()].join(' ');
}

const ofList = statement<{ list: number }, { key: string; thread: number }>(
  'select entry key, thread from posting where list = @list order by entry',
);
const counts = statement<{ list: number }, { posts: number }>(
  'select posts from thread where list = @list',
);

/** An index of its own; what is done in it is one transaction. */
function withIndex(work: (db: Database, newList: () => number) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'listmill-threads-'));
  const db = openIndex(join(folder, 'index.db')) ?? assert.fail();
  let lists = 0;
  const newList = () => {
    lists += 1;
    return listNumber(db, `l${lists}.example.com`);
  };
  db.transaction(() => {
    db.exec("insert into volume (seq, list, name, bytes, closed) values (1, 0, '2026-11', 0, 0)");
    work(db, newList);
  });
  db.close();
  rmSync(folder, { recursive: true });
}

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
  ['an answer beside another question', ['a food', 'b food', 'c<b Re: food'], 'a bc'],
  ['a question that comes between', ['a food', 'b@5 food', 'c<x@10 Re: food'], 'a bc'],
  [
    'answers before and after',
    ['a@40 Re: food', 'b@9 food', 'c@70 food', 'd@80 Re: food'],
    'ab cd',
  ],
  ['an answer over a gap', ['a@0 Re: food', 'b@100 Re: food', 'c@50 Re: food'], 'abc'],
  ['a question without a subject', ['a ', 'b<a Re: food', 'c Re: food'], 'abc'],
  ['one that ties two', ['a food', 'b drink', 'c<ab Re: drink'], 'abc'],
];

/** Removes those that are there. */
function bury(db: Database, list: number, gone: readonly Posted[]): void {
  for (const { facts } of gone) {
    for (const row of postingsByHash(db, facts.hash)) {
      if (row.list === nameOf(db, list)) buryPosting(db, row);
    }
  }
}

const listName = statement<{ seq: number }, { id: string }>('select id from list where seq = @seq');
const nameOf = (db: Database, seq: number) => db.get(listName, { seq })?.id;

describe('threads in the index', () => {
  test('are the same in whatever order their postings come', () => {
    withIndex((db, newList) => {
      for (const [name, lines, wanted] of cases) {
        for (const order of orders(lines.map(posted))) {
          const list = newList();
          for (const one of order) add(db, list, one);
          const way = `${name}: ${order.map(({ key }) => key).join('')}`;
          assert.equal(threads(db, list), wanted, way);
        }
      }
    });
  });

  test('of any postings, in any order, some of them removed, are those of an index made anew', (t) => {
    const seed = newSeed();
    t.diagnostic(`LISTMILL_SEED=${seed}`);
    const { number, pick } = chanceOf(seed);
    const keys = 'abcdefghijkl';
    const some = () => {
      const day = number(300);
      const ref = number(3) === 0 ? `<${pick([...keys, 'x', 'y'])}` : '';
      return `${ref}@${day} ${pick(['', 'Re: ', 'Re: '])}${pick(['food', 'food', 'drink', ''])}`;
    };
    withIndex((db, newList) => {
      for (let round = 0; round < 6; round += 1) {
        const lines = [...keys].map((key) => `${key}${some()}`);
        const all = lines.map(posted);
        const gone = all.filter(() => number(4) === 0);
        const anew = newList();
        for (const one of all) add(db, anew, one, gone.includes(one));
        const wanted = threads(db, anew);
        for (let way = 0; way < 2; way += 1) {
          const list = newList();
          const order = [...all].sort(() => number(3) - 1);
          for (const one of order) {
            add(db, list, one);
            if (number(2) === 0) bury(db, list, gone);
          }
          bury(db, list, gone);
          assert.equal(
            threads(db, list),
            wanted,
            [...lines, ...order.map(({ key }) => key)].join('\n'),
          );
        }
      }
    });
  });

  test('do not mind what else the list put before its subjects', async () => {
    using archive = makeArchive();
    await archive.add(mail({ Subject: 'Re: [Cat lovers] food' }), mail({ Subject: 'food' }));
    const all = statement<object, { posts: number }>('select posts from thread');
    assert.deepEqual(archive.db.all(all, {}), [{ posts: 2 }]);
  });
});
