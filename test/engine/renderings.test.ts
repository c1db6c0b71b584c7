import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Renderings } from '../../src/engine/renderings.ts';
import { Signers } from '../../src/engine/signers.ts';
import type { SigningOrder } from '../../src/mail/dkim/copies.ts';
import { testKey } from '../mail/dkim/keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'listmill-renderings-'));
after(() => rmSync(folder, { recursive: true }));
const mark = 'mark0123456789';
const hole = `{${mark}:own}`;

/** Signers that say what they were asked for. */
class Told extends Signers {
  readonly orders: SigningOrder[] = [];

  override begin(...about: Parameters<Signers['begin']>): ReturnType<Signers['begin']> {
    this.orders.push(about[0]);
    return super.begin(...about);
  }
}

/** Two batches of one mailing, and what threads were asked for because of them. */
async function twice(header: string, body: string) {
  const path = join(folder, 'message.eml');
  writeFileSync(
    path,
    `From: a@example.net\r\nList-Unsubscribe: ${header}\r\n\r\nHerring.\r\n${body}\r\n`,
  );
  await using signers = new Told(1);
  const keys = [testKey('ed25519'), testKey('rsa')];
  const renderings = new Renderings({ keys, sealingKey: () => undefined, signers });
  const marks = { mark, names: ['own'] };
  const order = { mailing: 'i1-p-m', marks, domain: 'example.com', arc: undefined };
  using first = await renderings.of(path, order);
  using second = await renderings.of(path, order);
  assert.equal(second.message, first.message, 'rendered once a mailing');
  return { signing: first.signing, orders: signers.orders };
}

test('where copies are all the same one signature is made for all, and no thread is asked', async () => {
  const { signing, orders } = await twice('same', 'same');
  assert.equal(signing, undefined);
  assert.deepEqual(orders, []);
});

test('where headers differ threads sign each copy, over a body that was hashed once', async () => {
  const { signing, orders } = await twice(hole, 'same');
  assert(signing);
  assert.equal(orders.length, 1, 'once a mailing');
  assert.equal(orders[0]?.body, undefined, 'nothing of the body is hashed again');
  assert.equal(orders[0]?.signatures.length, 2);
});

test('where bodies differ they are hashed from the first difference on', async () => {
  const { orders } = await twice('same', hole);
  assert(Array.isArray(orders[0]?.body));
});
