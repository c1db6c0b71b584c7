import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { BodyHasher } from '../../../src/mail/dkim/canonical.ts';
import { readRecord } from '../../../src/mail/dkim/key.ts';
import { type AskKey, verifyDkim } from '../../../src/mail/dkim/verify.ts';
import { isBroken, readMessage } from '../../../src/mail/message.ts';

const folder = mkdtempSync(join(tmpdir(), 'listmill-dkim-'));
after(() => rmSync(folder, { recursive: true }));

/** The example of RFC 8463, appendix A. */
const example = `DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
`.replaceAll('\n', '\r\n');

const rsa =
  'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J1' +
  '6JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2' +
  'EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB';
const zone = new Map([
  [
    'brisbane._domainkey.football.example.com',
    ['v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='],
  ],
  ['test._domainkey.football.example.com', [`v=DKIM1; k=rsa; p=${rsa}`]],
]);
const published: AskKey = async (name) => zone.get(name) ?? 'absent';

async function results(text: string, ask: AskKey = published, now = 1_528_637_909) {
  const path = join(folder, 'message.eml');
  writeFileSync(path, text, 'latin1');
  const message = await readMessage(path);
  assert(!isBroken(message));
  return (await verifyDkim(message, ask, now)).map(({ result, why }) => [result, why]);
}

describe('signatures that came with a message', () => {
  test('the example of RFC 8463 verifies, by both of its keys', async () => {
    assert.deepEqual(await results(example), [
      ['pass', undefined],
      ['pass', undefined],
    ]);
    assert.deepEqual((await results(example.replaceAll('\r\n', '\n')))[0], ['pass', undefined]);
  });

  test('survive what relaxed forgives, and nothing else', async () => {
    const forgiven = example
      .replace('Subject: Is dinner', 'subject:  Is\r\n\tdinner')
      .replace('game.  Are', 'game. Are')
      .replace('Joe.\r\n', 'Joe. \r\n\r\n\r\n');
    assert.deepEqual((await results(forgiven))[1], ['pass', undefined]);
    for (const [from, to, why] of [
      ['Is dinner', 'Was dinner', 'the header was changed'],
      ['Hi.', 'Ho.', 'the body was changed'],
      ['To: Suzie', 'Subject: another\r\nTo: Suzie', 'the header was changed'],
    ] as const) {
      assert.deepEqual((await results(example.replace(from, to)))[1], ['fail', why]);
    }
  });

  test('are judged by what is wrong with them', async () => {
    const only = (from: string | RegExp, to: string) =>
      results(example.slice(example.indexOf('DKIM-Signature', 5)).replace(from, to));
    for (const [from, to, wanted] of [
      ['a=rsa-sha256', 'a=rsa-sha1', /a=rsa-sha1 is not taken/],
      ['v=1', 'v=2', /not version 1/],
      ['d=football.example.com; i', 'd=example.com; i', /the key is not published/],
      ['i=@football.example.com', 'i=@other.example.com', /i= is not of d=/],
      [/from : to/, 'to', /changed|From is not signed/],
      ['t=1528637909', 'x=1528637900', /expired/],
      ['; s=test', '', /no s=/],
    ] as const) {
      const [[, why] = []] = await only(from, to);
      assert.match(why ?? '', wanted);
    }
    assert.deepEqual((await only('t=1528637909', 't=1; l=10'))[0]?.[0], 'neutral');
  });

  test('wait for name servers that do not answer', async () => {
    assert.equal((await results(example, async () => 'trouble'))[0]?.[0], 'temperror');
    const twice = async (name: string) => [...(zone.get(name) ?? []), 'v=DKIM1; p='];
    assert.equal((await results(example, twice))[0]?.[0], 'permerror');
  });
});

test('records are read as they are found in the world', () => {
  const kind = (text: string) => readRecord(text).kind;
  assert.equal(kind(`p=${rsa}`), 'key');
  assert.equal(kind(`v=DKIM1; h=sha1:sha256; s=*; p=${rsa.replace(/(.{60})/g, '$1 ')};`), 'key');
  assert.equal(kind('v=DKIM1; p='), 'revoked');
  for (const text of [
    `v=DKIM2; p=${rsa}`,
    'v=DKIM1',
    'p=AAAA',
    `h=sha1; p=${rsa}`,
    `s=tlsrpt; p=${rsa}`,
    '',
  ]) {
    assert.equal(kind(text), 'broken', text);
  }
});

test('bodies are hashed alike however they are cut, and a copy goes on by itself', () => {
  const text = 'a  b \t\r\n\r\n .x\rq\r\r\n\n\r\n \r\nend \r\n\r\n\r\n';
  const whole = (form: 'relaxed' | 'simple') => {
    const hasher = new BodyHasher(form);
    hasher.push(Buffer.from(text));
    return hasher.digest();
  };
  for (const form of ['relaxed', 'simple'] as const) {
    for (let cut = 0; cut <= text.length; cut++) {
      const first = new BodyHasher(form);
      first.push(Buffer.from(text.slice(0, cut)));
      const second = first.copy();
      first.push(Buffer.from('something else'));
      second.push(Buffer.from(text.slice(cut)));
      assert.equal(second.digest(), whole(form), `${form} at ${cut}`);
    }
  }
  // RFC 6376 section 3.4.3 and 3.4.4: the hashes of nothing.
  assert.equal(new BodyHasher('simple').digest(), 'frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=');
  assert.equal(new BodyHasher('relaxed').digest(), '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
});
