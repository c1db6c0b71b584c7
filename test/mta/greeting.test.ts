import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from '../../src/mta/connection.ts';
import { relaySettings } from '../../src/mta/types.ts';
import { usualOffers } from '../sink/options.ts';
import { startSink } from '../sink.ts';
import { eachDelivery, forever, handOver, relayOf, sharedDelivery, users } from './setting.ts';

const keys = join(import.meta.dirname, '../../../test/fixtures/tls');
const key = readFileSync(join(keys, 'key.pem'), 'utf8');
const cert = readFileSync(join(keys, 'cert.pem'), 'utf8');
const trusting = { tlsCa: cert } as const;

test('TLS by STARTTLS and from the first byte carries mail', async () => {
  for (const tls of ['opportunistic', 'required', 'implicit'] as const) {
    const implicit = tls === 'implicit';
    await using sink = await startSink({ keep: true, tls: { key, cert, implicit } });
    await using connection = await connect(relayOf(sink, { ...trusting, tls }), forever);
    const { words } = await handOver(connection, await eachDelivery(users(50)));
    assert.deepEqual([...new Set(words)], ['delivered body 250'], tls);
    assert.equal(sink.stats().distinct, 50);
    // What was offered in the clear counts for nothing: it was asked for again.
    const hellos = sink.commands.filter((line) => line.startsWith('EHLO')).length;
    assert.equal(hellos, implicit ? 1 : 2);
    assert.equal(sink.commands.includes('STARTTLS'), !implicit);
  }
});

test('a certificate that cannot be trusted ends it, unless TLS is only hoped for', async () => {
  await using starting = await startSink({ keep: true, tls: { key, cert } });
  await assert.rejects(connect(relayOf(starting, { tls: 'required' }), forever), {
    trouble: 'tls',
  });
  await using hoping = await connect(relayOf(starting, { tls: 'opportunistic' }), forever);
  assert.deepEqual((await handOver(hoping, await sharedDelivery(['a@y']))).words, [
    'delivered body 250',
  ]);
  const unchecked = relayOf(starting, { tls: 'required', tlsRejectUnauthorized: false });
  await (await connect(unchecked, forever)).close();
  await using implicit = await startSink({ tls: { key, cert, implicit: true } });
  await assert.rejects(connect(relayOf(implicit, { tls: 'implicit' }), forever), {
    trouble: 'tls',
  });
});

test('a server without STARTTLS will do only where TLS is not required', async () => {
  await using sink = await startSink();
  await assert.rejects(connect(relayOf(sink, { tls: 'required' }), forever), { trouble: 'tls' });
  await (await connect(relayOf(sink, { tls: 'opportunistic' }), forever)).close();
});

test('when TLS fails, opportunistic mail goes in the clear, but no password does', async () => {
  const offers = [...usualOffers, 'STARTTLS'];
  const auth = { user: 'list', password: 'secret', mechanisms: ['PLAIN'] };
  await using sink = await startSink({ keep: true, offers });
  // It answers 220 to nothing of the kind: STARTTLS is offered and refused.
  await using connection = await connect(relayOf(sink, { tls: 'opportunistic' }), forever);
  assert.equal(connection.open, true);
  await using guarded = await startSink({ keep: true, offers, auth });
  const relay = relayOf(guarded, { tls: 'opportunistic', auth });
  await assert.rejects(connect(relay, forever), { trouble: 'auth' });
  assert(!guarded.commands.some((line) => line.startsWith('AUTH')));
});

test('we log in by the mechanisms that are offered', async () => {
  const auth = { user: 'list', password: 'pass w\u00f6rd' };
  for (const mechanism of ['PLAIN', 'LOGIN', 'CRAM-MD5']) {
    await using sink = await startSink({ auth: { ...auth, mechanisms: [mechanism] } });
    await using connection = await connect(relayOf(sink, { auth }), forever);
    const { words } = await handOver(connection, await sharedDelivery(['a@y']));
    assert.deepEqual(words, ['delivered body 250'], mechanism);
    const wrong = relayOf(sink, { auth: { ...auth, password: 'wrong' } });
    await assert.rejects(connect(wrong, forever), (error: Error) => {
      assert(!error.message.includes('wrong ') && !error.message.includes('d3Jvbmc'));
      return 'trouble' in error && error.trouble === 'auth';
    });
  }
  await using odd = await startSink({ auth: { ...auth, mechanisms: ['GSSAPI'] } });
  await assert.rejects(connect(relayOf(odd, { auth }), forever), /offers no way to log in/);
});

test('LMTP answers for each recipient, over a Unix socket as well', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lmtp-'));
  try {
    const path = join(folder, 'sock');
    const rules = [{ stage: 'body', match: / full@/, reply: '452 4.2.2 full' }] as const;
    await using sink = await startSink({ lmtp: true, keep: true, path, rules });
    const place = { kind: 'socket', path } as const;
    const relay = relaySettings({ place, protocol: 'lmtp' });
    await using connection = await connect(relay, forever);
    const { words, reports } = await handOver(
      connection,
      await sharedDelivery(['a@y', 'full@y', 'no@5xx.y', 'b@y']),
    );
    assert.deepEqual(words, [
      'delivered body 250',
      'deferred body 452',
      'refused rcpt 550',
      'delivered body 250',
    ]);
    assert.equal(reports.length, 4);
    assert.deepEqual(sink.messages[0]?.to, ['a@y', 'b@y']);
    const each = await handOver(connection, await eachDelivery(users(20)));
    assert.deepEqual([...new Set(each.words)], ['delivered body 250']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
