import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { type Chain, nextLink, verifyArc } from '../../../src/mail/dkim/arc.ts';
import { verifyDkim } from '../../../src/mail/dkim/verify.ts';
import { isBroken, readMessage } from '../../../src/mail/message.ts';
import { copiesOf } from '../../engine/copying.ts';
import { testKey, zoneOf } from './keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'listmill-arc-'));
after(() => rmSync(folder, { recursive: true }));
const keys = [testKey('ed25519'), testKey('rsa')];
const ask = zoneOf(...keys);
const plain = 'From: a@example.net\r\nTo: cats@example.com\r\nSubject: food\r\n\r\nHerring.\r\n';
const personal = { personalize: 'full', footer: '{{ address }}' } as const;
const people = [
  ['ann@a.example', 1],
  ['bob@b.example', 2],
] as const;

async function open(message: string | Buffer) {
  const path = join(folder, 'm.eml');
  writeFileSync(path, message);
  const opened = await readMessage(path);
  assert(!isBroken(opened));
  return opened;
}

async function chainOf(message: string | Buffer): Promise<Chain> {
  return await verifyArc(await open(message), ask);
}

/** The message after one more list has passed it on. */
async function passOn(message: string | Buffer, settings = {}): Promise<readonly Buffer[]> {
  const arc = nextLink(await chainOf(message));
  assert(arc);
  const { bodies } = await copiesOf({ message, settings, people, keys, arc });
  return bodies;
}

describe('chains', () => {
  test('grow link by link, and each verifies beside the signatures', async () => {
    assert.deepEqual(await chainOf(plain), {
      state: 'none',
      why: undefined,
      length: 0,
      domain: '',
    });
    let message: string | Buffer = plain;
    for (const length of [1, 2, 3]) {
      const [copy] = await passOn(message);
      assert(copy);
      const domain = 'example.com';
      assert.deepEqual(await chainOf(copy), { state: 'pass', why: undefined, length, domain });
      const signatures = await verifyDkim(await open(copy), ask, 0);
      assert.deepEqual(
        signatures.slice(0, 2).map(({ result }) => result),
        ['pass', 'pass'],
      );
      message = copy;
    }
  });

  test('are made for each copy where copies differ', async () => {
    for (const settings of [{ personalize: 'headers' }, personal] as const) {
      const copies = await passOn(plain, settings);
      assert.equal(copies.length, 2);
      for (const copy of copies) assert.equal((await chainOf(copy)).state, 'pass');
    }
  });

  test('break at any change, and what is broken is sealed as broken', async () => {
    const [first = ''] = await passOn(plain);
    const [second = ''] = await passOn(first);
    const text = second.toString();
    for (const [from, to] of [
      ['Herring', 'Herrings'],
      ['Subject: food', 'Subject: feed'],
      ['i=1; example.com', 'i=1; example.org'],
      ['cv=pass', 'cv=none'],
      [/ARC-Seal: i=1[\s\S]*?\r\n(?=\S)/, ''],
      ['i=2; example.com', 'i=3; example.com'],
    ] as const) {
      const forged = text.replace(from, to);
      assert.notEqual(forged, text, String(from));
      assert.equal((await chainOf(forged)).state, 'fail', String(from));
      const [sealed = ''] = await passOn(forged);
      assert.match(sealed.toString(), /ARC-Seal: i=\d+; cv=fail;/);
    }
  });

  test('of which nothing can be known are left alone', async () => {
    const [first = ''] = await passOn(plain);
    const chain = await verifyArc(await open(first), async () => 'trouble');
    assert.equal(chain.state, 'temperror');
    assert.equal(nextLink(chain), undefined);
    assert.equal(nextLink({ ...chain, state: 'pass', length: 50 }), undefined);
  });
});
