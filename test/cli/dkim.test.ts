import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDns } from '../dns.ts';
import { makeSite } from '../site.ts';
import { say } from './said.ts';

const name = 'one._domainkey.lists.example';

test('keys are made, shown, and compared with DNS', async () => {
  await using dns = await startDns();
  await using site = await makeSite(`[dns]\nservers = ["${dns.address}"]\n`);
  assert.match((await say(site, 'dkim', 'show')).err, /No keys/);
  for (const algorithm of ['ed25519', 'rsa']) {
    const words = ['dkim', 'keygen', 'Lists.example', '--algorithm', algorithm];
    const made = await say(site, ...words, '--selector', algorithm === 'rsa' ? 'two' : 'one');
    assert.equal(made.code, 0, made.err);
    assert.match(made.out, new RegExp(`_domainkey\\.lists\\.example\\. IN TXT .*k=${algorithm};`));
  }
  const again = await say(site, 'dkim', 'keygen', 'lists.example', '--selector', 'one');
  assert.equal(again.code, 73);
  assert.equal(statSync(join(site.root, 'var', 'keys', 'dkim', `${name}.pem`)).mode & 0o777, 0o600);
  const shown = JSON.parse((await say(site, 'dkim', 'show', '--json')).out);
  assert.deepEqual(
    shown.map((row: { name: string; signs: boolean }) => [row.name, row.signs]),
    [
      [name, false],
      ['two._domainkey.lists.example', false],
    ],
  );

  const absent = await say(site, 'dkim', 'check');
  assert.equal(absent.code, 1);
  assert.match(absent.out, /There is no such record/);
  dns.zone.set(name, [shown[0].record]);
  dns.zone.set('two._domainkey.lists.example', [shown[0].record]);
  const mixed = await say(site, 'dkim', 'check');
  assert.equal(mixed.err, '');
  assert.match(mixed.out, /one\._domainkey\S+ +no +The record fits/);
  assert.match(mixed.out, /two\._domainkey\S+ +no +The record is for ed25519, the key rsa/);
  dns.zone.set('two._domainkey.lists.example', [shown[1].record]);
  assert.equal((await say(site, 'dkim', 'check')).code, 0);
  assert.equal((await say(site, 'dkim', 'check', 'other.example')).out, '');
});

test('signatures of a message are verified', async () => {
  await using dns = await startDns();
  await using site = await makeSite(`[dns]\nservers = ["${dns.address}"]\n`);
  const file = join(site.root, 'm.eml');
  const tags = 'v=1; a=rsa-sha256; d=x.example; s=s; h=from; bh=AAAA; b=AAAA';
  writeFileSync(file, `DKIM-Signature: ${tags}\nFrom: a@b.example\n\nHello\n`);
  const { code, out } = await say(site, 'dkim', 'verify', file);
  assert.equal(code, 1);
  assert.match(out, /x\.example +s +fail +the body was changed/);
  writeFileSync(file, 'From: a@b.example\n\nHello\n');
  assert.equal((await say(site, 'dkim', 'verify', file)).code, 0);
});

test('a key that is not there, or is none, is told with the remedy', async () => {
  await using site = await makeSite(`[dkim]\nkeys = ["${name}"]\n`);
  await say(site, 'dkim', 'keygen', 'lists.example', '--selector', 'other');
  writeFileSync(join(site.root, 'var', 'keys', 'dkim', `${name}.pem`), 'no key');
  const { code, err } = await say(site, 'dkim', 'show');
  assert.equal(code, 78);
  assert.match(err, /holds no RSA or Ed25519 key/);
  assert.equal((await say(site, 'dkim', 'keygen', 'no_name')).code, 64);
  assert.equal((await say(site, 'dkim', 'keygen', 'a.example', '--bits', '512')).code, 64);
});
