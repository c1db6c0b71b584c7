import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { relaysOf } from '../../src/engine/relays.ts';
import { parseConfig } from '../../src/ground/config.ts';

const toml = `
[outgoing]
transactionRecipients = 77
connectMs = 1
replyMs = 2
idleMs = 3
[[relay]]
[[relay]]
name = "smarthost"
host = "mx.example.org"
port = 465
weight = 0
domains = [".Example.NET"]
tls = "implicit"
tlsVerify = false
user = "listmill"
passwordFile = "secret"
helo = "lists.example.org"
maxMessagesPerConnection = 5
`;

/** All of `wanted` is so in `found`. */
function assertHas(found: object | undefined, wanted: object): void {
  const names = Object.keys(wanted);
  const own = names.map((name) => [name, found && Reflect.get(found, name)]);
  assert.deepEqual(Object.fromEntries(own), wanted);
}

test('what the configuration says of relays is what the client of MTAs is told', () => {
  const root = mkdtempSync(join(tmpdir(), 'listmill-relays-'));
  writeFileSync(join(root, 'secret'), 'pass word\nnot this\n');
  const [plain, smart, ...others] = relaysOf(parseConfig(toml, 'test'), root);
  assert.deepEqual(others, []);
  assert.deepEqual([plain?.weight, plain?.domains], [1, []]);
  assertHas(plain?.relay, {
    name: '127.0.0.1:25',
    place: { kind: 'tcp', host: '127.0.0.1', port: 25 },
    tls: 'opportunistic',
    tlsRejectUnauthorized: true,
    helo: hostname(),
    maxRecipientsPerTransaction: 77,
  });
  assert.equal(plain?.relay.auth, undefined);
  assertHas(plain?.relay.timeouts, { connectMs: 1, greetingMs: 2, commandMs: 2, idleMs: 3 });
  assert.deepEqual([smart?.weight, smart?.domains], [0, ['.example.net']]);
  assertHas(smart?.relay, {
    name: 'smarthost',
    place: { kind: 'tcp', host: 'mx.example.org', port: 465 },
    tls: 'implicit',
    tlsRejectUnauthorized: false,
    helo: 'lists.example.org',
    maxMessagesPerConnection: 5,
    maxRecipientsPerTransaction: 77,
    auth: { user: 'listmill', password: 'pass word' },
  });
  rmSync(join(root, 'secret'));
  assert.throws(
    () => relaysOf(parseConfig(toml, 'test'), root),
    /relay\.passwordFile: cannot read/,
  );
  rmSync(root, { recursive: true });
});
