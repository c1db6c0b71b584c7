/** Cases after https://www.jwz.org/doc/threading.html and the ones that others test it with. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ThreadMessage, type ThreadNode, threadTrees } from '../../src/archive/jwz.ts';

/** `id`, or `id<ref ref`, or `id:subject`, `id:Re subject`. */
function message(text: string, n: number): ThreadMessage {
  const [, id = '', refs = '', subject = ''] = /^(\w+)(?:<([\w ]*))?(?::(.*))?$/.exec(text) ?? [];
  const isAnswer = subject.startsWith('Re ');
  return {
    id,
    references: refs.split(' ').filter((ref) => ref !== ''),
    subject: isAnswer ? subject.slice(3) : subject,
    isAnswer,
    at: n,
  };
}

/** `a(b c(d))`; `?` is a place without a message. */
function shape(nodes: readonly ThreadNode<ThreadMessage>[]): string {
  return nodes
    .map(({ message: one, children }) => {
      const below = children.length > 0 ? `(${shape(children)})` : '';
      return `${one?.id ?? '?'}${below}`;
    })
    .join(' ');
}

const cases: readonly (readonly [string, readonly string[], string])[] = [
  ['one message', ['a'], 'a'],
  ['an answer', ['a', 'b<a'], 'a(b)'],
  ['an answer that came first', ['b<a', 'a'], 'a(b)'],
  ['two answers, by time', ['a', 'b<a', 'c<a'], 'a(b c)'],
  ['a long line', ['a', 'b<a', 'c<a b', 'd<a b c'], 'a(b(c(d)))'],
  ['all of it backwards', ['d<a b c', 'c<a b', 'b<a', 'a'], 'a(b(c(d)))'],
  ['a missing one in the middle', ['a', 'c<a b'], 'a(c)'],
  ['a missing root of one', ['b<a'], 'b'],
  ['a missing root of two', ['b<a', 'c<a'], '?(b c)'],
  ['a missing root, deeper', ['c<a b', 'd<a b'], '?(c d)'],
  ['two missing, and brothers', ['c<x a', 'd<x b'], '?(c d)'],
  ['somebody who answers himself', ['a<a'], 'a'],
  ['a circle', ['a<b', 'b<a'], 'b(a)'],
  ['a longer circle', ['a<c', 'b<a', 'c<b'], 'c(a(b))'],
  ['references that go round', ['a<b c b', 'b', 'c'], 'b(a) c'],
  ['references that disagree: its own count', ['a', 'b', 'c<a', 'd<a b c'], 'a(b c(d))'],
  ['the same id twice', ['a', 'a', 'b<a'], 'a(b)'],
  ['what others guessed is corrected', ['d<a b c', 'c<a', 'b<a', 'a'], 'a(c(d) b)'],
  ['two roots', ['a', 'x', 'b<a'], 'a(b) x'],
  ['an answer by subject alone', ['a:food', 'b:Re food'], 'a(b)'],
  ['an answer by subject that came first', ['b:Re food', 'a:food'], 'a(b)'],
  ['two answers to nothing', ['b:Re food', 'c:Re food'], 'b(c)'],
  ['two questions of one subject are two', ['a:food', 'b:food'], 'a b'],
  ['a missing root by subject', ['b<x:Re food', 'c<x:Re food', 'd:Re food'], '?(b c d)'],
  ['no subject is no subject', ['a', 'b'], 'a b'],
];

describe('threads', () => {
  for (const [name, messages, wanted] of cases) {
    test(name, () => assert.equal(shape(threadTrees(messages.map(message))), wanted));
  }

  test('a thread may be deeper than the stack', () => {
    const deep = Array.from({ length: 12_000 }, (_, n) =>
      message(n === 0 ? 'm0' : `m${n}<m${n - 1}`, n),
    );
    const [root] = threadTrees(deep);
    let depth = 0;
    for (let at = root; at; at = at.children[0]) depth += 1;
    assert.equal(depth, 12_000);
  });
});
