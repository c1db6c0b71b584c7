import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { entrySchema } from '../../src/model/entry.ts';
import { isPlainEntry } from '../../src/model/plain-entry.ts';
import { recipientsOf } from '../../src/model/recipients.ts';

type Json = { [key: string]: unknown };

const personal = {
  mark: 'abcdefgh12345678',
  fragments: ['Hello {{ name }}'],
  given: { list_name: 'cats' },
  name: 'cats',
  domain: 'example.com',
  language: 'en',
  links: 3,
};
const batch = {
  kind: 'batch',
  mailing: 'i0mfx1-p',
  mode: 'verp',
  returnPath: 'cats-bounces@example.com',
  recipients: recipientsOf([['ann@example.org', 1], ['bob@example.org']]),
  reported: 0,
};
const works: readonly Json[] = [
  { kind: 'mail', via: 'lmtp' },
  { kind: 'posting', approved: true },
  { kind: 'bounce' },
  { kind: 'bounce', detail: 'x' },
  { kind: 'command', to: 'join', detail: 'word', via: 'page' },
  { kind: 'archive' },
  { kind: 'archive', messageId: 'a@b' },
  batch,
  { ...batch, returnPath: null, dsn: 'envelope', personal, keepsQuiet: true, membersOf: 'a.b' },
  { ...batch, arc: { instance: 50, state: 'pass' } },
];
const whole = (work: Json): Json => ({
  version: 1,
  id: 'i0mfx1-p-o',
  priority: 5,
  due: 1_700_000_000_000,
  round: 0,
  received: 1_700_000_000_000,
  sender: 'ann@example.org',
  recipient: 'cats@example.com',
  list: 'cats.example.com',
  message: { size: 10, digest: 'abc', own: true },
  alone: true,
  hops: [{ queue: 'incoming', at: 5 }],
  attempts: 0,
  work,
});
const good = [...works.map(whole), { ...whole({ kind: 'bounce' }), sender: null }];

/** What may stand where something else is wanted. */
const strangers: readonly unknown[] = [
  null,
  true,
  false,
  -1,
  -0,
  1.5,
  10,
  51,
  2 ** 53,
  Number.POSITIVE_INFINITY,
  '',
  'mail',
  'Cats.Example.com',
  'i-_',
  'x'.repeat(1001),
  [],
  {},
  ['x'],
  [{}],
  JSON.parse('{"__proto__":"x"}'),
];

/** All that differs from `value` in one place: something else there, a key less, a key more. */
function* mutants(value: unknown): Generator<unknown> {
  yield* strangers;
  if (Array.isArray(value)) {
    yield Array.from({ length: 300 }, () => value[0]);
    for (const [n, item] of value.entries()) {
      for (const one of mutants(item)) yield value.with(n, one);
    }
  } else if (typeof value === 'object' && value !== null && !('bytes' in value)) {
    yield { ...value, more: 1 };
    for (const [key, item] of Object.entries(value)) {
      const { [key]: _, ...rest } = value as Json;
      yield rest;
      for (const one of mutants(item)) yield { ...value, [key]: one };
    }
  }
}

function agrees(value: unknown): boolean {
  if (!isPlainEntry(value)) return false;
  const judged = entrySchema.safeParse(value);
  assert.ok(judged.success, `taken, but the schema refuses it: ${JSON.stringify(value)}`);
  assert.deepEqual(judged.data, value, 'taken, but the schema changes it');
  return true;
}

describe('the quick look at an entry', () => {
  it('knows all that is written on the way of a posting', () => {
    for (const value of good) assert.ok(agrees(value), JSON.stringify(value['work']));
  });

  it('takes nothing that the schema would refuse or change', () => {
    let taken = 0;
    let tried = 0;
    for (const value of good) {
      for (const one of mutants(value)) {
        tried += 1;
        if (agrees(one)) taken += 1;
      }
    }
    assert.ok(taken > 100 && tried - taken > 3000, `${taken} of ${tried} were taken`);
  });
});
