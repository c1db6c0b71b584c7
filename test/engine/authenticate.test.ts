import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { authenticator, withResults } from '../../src/engine/authenticate.ts';
import { makeKey } from '../../src/engine/signing-keys.ts';
import { recordOf } from '../../src/mail/dkim/key.ts';
import { isBroken, readMessage } from '../../src/mail/message.ts';
import { cats } from '../literals.ts';
import { testKey } from '../mail/dkim/keys.ts';
import { makeSite } from '../site.ts';
import { copiesOf } from './copying.ts';

const name = 'a._domainkey.example.com';

async function found(toml: string, text: string | Buffer, ask: () => Promise<string[]>) {
  await using made = await makeSite(toml);
  const site = made.open();
  makeKey(site.paths, name, 'rsa', 2048);
  const path = join(made.root, 'm.eml');
  writeFileSync(path, text);
  const message = await readMessage(path);
  assert(!isBroken(message));
  const result = await authenticator(site.config, site.paths, ask)(message, cats(), 0);
  await site.close();
  const start = { ...message, transforms: [], author: undefined, addressed: [] };
  return { result, drafted: { draft: start } as never };
}

const trusting = `[dkim]\nkeys = ["${name}"]\n[rules]\ntrustedHosts = ["mx.example.com"]\n`;
const nobody = async (): Promise<string[]> => {
  throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
};

test('what was found is told by us, what trusted hosts found as well, and nothing that others say', async () => {
  const tags = 'v=1; a=rsa-sha256; d=x.example; s=s(; h=from; bh=AA; b=AAAAAAAAAAAA';
  const text = [
    'Authentication-Results: mx.example.com; spf=pass smtp.mailfrom=a@x.example; dkim=pass',
    'Authentication-Results: evil.example; dmarc=pass',
    `DKIM-Signature: ${tags}`,
    'From: a@x.example',
    '',
    'Hello',
    '',
  ].join('\r\n');
  const { result, drafted } = await found(trusting, text, nobody);
  const results =
    'example.com; arc=none; dkim=fail (the body was changed) header.d=x.example header.s=s ' +
    'header.b=AAAAAAAA; spf=pass';
  const sealed = withResults(drafted, cats(), result);
  assert.deepEqual(sealed.arc, { instance: 1, state: 'none' });
  const { headers } = sealed.drafted.draft;
  assert.deepEqual(headers.raw('arc-authentication-results'), [`i=1; ${results}`]);
  assert.deepEqual(headers.raw('authentication-results'), [
    results,
    'mx.example.com; spf=pass smtp.mailfrom=a@x.example; dkim=pass',
    'evil.example; dmarc=pass',
  ]);
});

test('a chain that came with the posting goes on, unless the posting was wrapped', async () => {
  const keys = [testKey('rsa')];
  const message = 'From: a@x.example\r\n\r\nHello\r\n';
  const arc = { instance: 1, state: 'none' } as const;
  const { bodies } = await copiesOf({ message, settings: {}, keys, arc });
  const ask = async () => keys.map(recordOf);
  const { result, drafted } = await found(trusting, bodies[0] ?? '', ask);
  assert.deepEqual(result?.sealed?.link, { instance: 2, state: 'pass' });
  assert.deepEqual(withResults(drafted, cats(), result).arc, result?.sealed?.link);
  const { drafted: wrapped } = await found(trusting, message, ask);
  assert.equal(withResults(wrapped, cats(), result).arc, undefined);
});

test('what the mail server told is passed on where nothing is sealed; nobody else speaks for us', async () => {
  const text = [
    'Authentication-Results: EXAMPLE.com (forged); dmarc=pass',
    'Authentication-Results: mx.example.com; spf=fail; dkim=none',
    'From: a@x.example',
    '',
    'Hello',
    '',
  ].join('\r\n');
  const asked = async () => assert.fail('DNS was asked');
  const trusts = '[rules]\ntrustedHosts = ["mx.example.com"]\n';
  const { result, drafted } = await found(trusts, text, asked);
  const { drafted: told, arc } = withResults(drafted, cats(), result);
  assert.equal(arc, undefined);
  const own = 'example.com; spf=fail; dkim=none';
  const theirs = 'mx.example.com; spf=fail; dkim=none';
  assert.deepEqual(told.draft.headers.raw('authentication-results'), [own, theirs]);
  const trusting = await found('', text, asked);
  const bare = withResults(trusting.drafted, cats(), trusting.result).drafted.draft.headers;
  assert.deepEqual(bare.raw('authentication-results'), [theirs]);
});

test('nothing is looked up where nothing is sealed', async () => {
  const asked = async () => assert.fail('DNS was asked');
  const text = 'DKIM-Signature: v=1; d=x; s=y\r\nFrom: a@x.example\r\n\r\nHello\r\n';
  assert.equal((await found('', text, asked)).result, undefined);
  const off = `[dkim]\nkeys = ["${name}"]\narc = false\n`;
  assert.equal((await found(off, text, asked)).result, undefined);
});
