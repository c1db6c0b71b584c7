import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Finding } from '../../src/engine/doctor/finding.ts';
import { examineRelay } from '../../src/engine/doctor/relay.ts';
import type { RelaySettings } from '../../src/mta/types.ts';
import { forever, relayOf } from '../mta/setting.ts';
import { type SinkOptions, startSink } from '../sink.ts';

const keys = join(import.meta.dirname, '../../../test/fixtures/tls');
const key = readFileSync(join(keys, 'key.pem'), 'utf8');
const cert = readFileSync(join(keys, 'cert.pem'), 'utf8');

/** What is found of TLS, or why nothing can be. */
async function found(
  options: SinkOptions,
  wish: Parameters<typeof relayOf>[1] = {},
  host?: string,
): Promise<Finding> {
  await using sink = await startSink(options);
  const relay: RelaySettings = relayOf(sink, wish);
  const place =
    host === undefined ? relay.place : ({ kind: 'tcp', host, port: sink.port } as const);
  const order = { addresses: [], nobody: undefined, messageBytes: 1000, separator: '+' };
  const all = await examineRelay({ ...order, relay: { ...relay, place }, signal: forever });
  return all.find(({ check }) => check === 'tls') ?? all[0] ?? assert.fail('nothing is found');
}

test('TLS to a relay is told apart: good, hoped for, missing, not needed', async () => {
  const tls = { key, cert };
  const good = await found({ tls }, { tls: 'required', tlsCa: cert });
  assert.deepEqual([good.check, good.health], ['tls', 'ok']);
  assert.match(good.text, /encrypted, and its certificate is good/);
  const hoped = await found({ tls }, { tls: 'opportunistic' });
  assert.deepEqual([hoped.health, hoped.text], ['ok', 'The connection is encrypted.']);
  const near = await found({});
  assert.match(near.text, /not encrypted, and stays on this machine/);
  assert.equal(near.health, 'ok');
  // 0.0.0.0 is this machine, too, and does not look like it.
  const open = await found({}, {}, '0.0.0.0');
  assert.deepEqual([open.health, open.text], ['warn', 'Mail goes to 0.0.0.0 in the clear.']);
  assert.match(open.fix ?? '', /offer STARTTLS/);
});

test('a certificate that does not fit is told with what to do', async () => {
  const wrong = await found({ tls: { key, cert } }, { tls: 'required' });
  assert.deepEqual([wrong.check, wrong.health], ['hand-off', 'bad']);
  assert.match(wrong.fix ?? '', /certificate does not fit: .*tlsVerify = false/);
});
