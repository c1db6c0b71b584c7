import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { keysFor } from '../../src/engine/signing-keys.ts';
import { fieldsOf, verifyDkim } from '../../src/mail/dkim/verify.ts';
import { isBroken, type Message, readMessage } from '../../src/mail/message.ts';
import type { Person } from '../../src/model/personal.ts';
import { testKey, zoneOf } from '../mail/dkim/keys.ts';
import { copiesOf } from './copying.ts';

const folder = mkdtempSync(join(tmpdir(), 'listmill-signed-'));
after(() => rmSync(folder, { recursive: true }));
const keys = [testKey('rsa'), testKey('ed25519')];
const people = [
  ['ann@a.example', 1],
  ['bob@b.example', 2],
] as const;
const persons = new Map<number, Person>([
  [1, { name: '.Åse  with \t blanks ', language: 'de', attributes: {} }],
  [2, { name: '', language: 'en', attributes: {} }],
]);
const message = [
  'From: Åse <ase@example.net>',
  'To: cats@example.com',
  'Subject: a   long\r\n\tone',
  'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'Herring.  \t x ',
  '.dot',
  '',
  'blanks  ',
  '',
  '',
].join('\r\n');

async function open(bytes: Buffer | string): Promise<Message> {
  const path = join(folder, 'copy.eml');
  writeFileSync(path, bytes);
  const opened = await readMessage(path);
  assert(!isBroken(opened));
  return opened;
}

async function verdicts(bytes: Buffer | string): Promise<readonly string[]> {
  const found = await verifyDkim(await open(bytes), zoneOf(...keys), 0);
  return found.map(({ result }) => result);
}

/** RFC 8058 wants two of them covered; whoever forges any of them misleads readers. */
function assertListFieldsSigned(fields: ReturnType<typeof fieldsOf>): void {
  const names = fields.map(({ name }) => name.trim().toLowerCase());
  const ofList = names.filter((name) => name.startsWith('list-'));
  assert(ofList.includes('list-id') && ofList.includes('list-unsubscribe'), ofList.join());
  const signatures = fields.filter((_, n) => names[n] === 'dkim-signature');
  for (const { value } of signatures) {
    const [, covered = ''] = /;h=([^;]*)/.exec(value.replaceAll(/\s/g, '').toLowerCase()) ?? [];
    const missing = ofList.filter((name) => !covered.split(':').includes(name));
    assert.deepEqual(missing, []);
  }
}

const cases = {
  'the same for all': {},
  'with a header of its own': { personalize: 'headers' },
  'with a footer of its own': { personalize: 'full', footer: '-- \n{{ name }}\n$list_name' },
  'with a text above': { personalize: 'full', header: '{{ name }}', footer: 'bye' },
} as const;

describe('each copy is signed by all keys of the list', () => {
  for (const [name, settings] of Object.entries(cases)) {
    test(name, async () => {
      const url = 'https://lists.example.com';
      const { bodies } = await copiesOf({ message, settings, people, persons, url, keys });
      assert.equal(bodies.length, name === 'the same for all' ? 1 : 2);
      for (const copy of bodies) {
        assert.deepEqual(await verdicts(copy), ['pass', 'pass']);
        assertListFieldsSigned(fieldsOf(await open(copy)));
        const text = copy.toString('latin1');
        for (const [from, to] of [
          ['blanks', 'no blanks'],
          ['Subject: a', 'Subject: b'],
          [/List-Unsubscribe: <[^>]*>/, 'List-Unsubscribe: <https://evil.example/>'],
          ['\r\nTo:', '\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nTo:'],
        ] as const) {
          const forged = Buffer.from(text.replace(from, to), 'latin1');
          assert.deepEqual(await verdicts(forged), ['fail', 'fail'], String(from));
        }
      }
    });
  }

  test('hundreds of copies, group by group', async () => {
    const many = Array.from({ length: 620 }, (_, n) => [`m${n}@x.example`, n + 1] as const);
    const settings = { personalize: 'headers' } as const;
    const { bodies } = await copiesOf({ message, settings, people: many, keys: keys.slice(1) });
    assert.equal(bodies.length, many.length);
    const tokens = new Set<string>();
    for (const copy of [bodies[0], bodies[300], bodies[619]]) {
      assert(copy);
      assert.deepEqual(await verdicts(copy), ['pass']);
      const fields = fieldsOf(await open(copy));
      tokens.add(fields.find(({ name }) => name === 'List-Unsubscribe')?.value ?? '');
    }
    assert.equal(tokens.size, 3);
  });

  test('a body that is too large to be held is read for each group of copies', async () => {
    const large = message + `.käse \t ${'x'.repeat(90)}  \r\n`.repeat(4000);
    const settings = {
      personalize: 'full',
      header: '{{ name }}',
      footer: '{{ address }}',
    } as const;
    const wish = { message: large, settings, people, persons, keys, mostOpenBytes: 100_000 };
    const { bodies } = await copiesOf(wish);
    assert.equal(bodies.length, 2);
    for (const copy of bodies) assert.deepEqual(await verdicts(copy), ['pass', 'pass']);
    const tampered = bodies[0]?.toString('latin1').replace('ann@a.example', 'eve@a.example');
    assert.deepEqual(await verdicts(tampered ?? ''), ['fail', 'fail']);
  });

  test('a large body is hashed as it is read', async () => {
    const large = message + `${'.xyz '.repeat(20)}\r\n`.repeat(5000);
    const settings = { personalize: 'full', footer: '{{ name }}' } as const;
    for (const one of [{}, settings]) {
      const { bodies } = await copiesOf({ message: large, settings: one, people, persons, keys });
      for (const copy of bodies) assert.deepEqual(await verdicts(copy), ['pass', 'pass']);
    }
  });
});

test('the keys of the nearest domain sign, and no others', () => {
  const of = (domain: string) => ({ ...testKey('ed25519'), domain });
  const [a, b] = [of('example.com'), of('lists.example.com')];
  assert.deepEqual(keysFor([a, b], 'lists.example.com'), [b]);
  assert.deepEqual(keysFor([a, b], 'x.LISTS.example.com'), [b]);
  assert.deepEqual(keysFor([a, b], 'other.example.com'), [a]);
  assert.deepEqual(keysFor([a, b], 'anexample.com'), []);
});
