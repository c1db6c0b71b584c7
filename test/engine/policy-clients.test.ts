import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerTo } from '../../src/engine/policy.ts';
import { Clients } from '../../src/engine/policy-clients.ts';
import { parseConfig } from '../../src/ground/config.ts';
import { makeList, makeSite } from '../site.ts';
import { deskAt } from './stopped.ts';

const now = 1_800_000_000_000;
const cats = 'cats@example.org';

test('the policy service refuses banned clients and logins, and puts off a client that asks too much', async () => {
  const banned = '["192.0.2.0/24", "2001:db8::7", ".spam.example", "mx.bad.example"]';
  const toml = `[policy]\nbannedClients = ${banned}\nclientRate = 2\nclientMinutes = 5\n`;
  await using site = await makeSite(toml);
  await makeList(site, cats, ['ann@x.org'], { ruleActions: ['banned=reject'] });
  const opened = site.open();
  const store = await opened.store();
  await store.as('test').ban(undefined, 'eve@y.org', '');
  const desk = await deskAt(opened, now);
  const clients = new Clients(opened.config.policy);
  const ask = async (facts: Readonly<Record<string, string>>, later = 0): Promise<string> => {
    const all = { recipient: cats, sender: 'ann@x.org', ...facts };
    return await answerTo({ ...desk, now: now + later }, new Map(Object.entries(all)), clients);
  };
  const not = /^554 5\.7\.1 /;
  assert.match(await ask({ client_address: '192.0.2.9' }), not);
  assert.match(await ask({ client_address: '2001:DB8:0::7' }), not);
  const names = ['a.b.Spam.example', 'mx.bad.example'];
  for (const client_name of names) assert.match(await ask({ client_name }), not, client_name);
  for (const client_name of ['spam.example', 'x.mx.bad.example', 'notspam.example', 'unknown']) {
    assert.equal(await ask({ client_name }), 'DUNNO', client_name);
  }
  const recipient = 'ann@elsewhere.org';
  assert.equal(await ask({ client_address: '192.0.2.9', recipient }), 'DUNNO', 'no list');
  const login = { client_address: '192.0.2.9', sasl_username: 'ann@x.org' };
  assert.equal(await ask(login), 'DUNNO');
  assert.match(await ask({ ...login, sasl_username: 'Eve@y.org' }), /^550 .*banned .*eve@y/);
  const client_address = '198.51.100.1';
  const said = [await ask({ client_address }), await ask({ client_address })];
  assert.deepEqual(said, ['DUNNO', 'DUNNO']);
  assert.match(await ask({ client_address }), /^450 4\.7\.1 198\.51\.100\.1 asks for more than 2/);
  assert.equal(await ask({ client_address: '198.51.100.2' }), 'DUNNO');
  assert.equal(await ask({ client_address }, 300_001), 'DUNNO');
  await opened.close();
  const wrong = ['300.1.2.3', '192.0.2.0/33', 'a b', ''].map((one) => `bannedClients = ["${one}"]`);
  for (const line of wrong) assert.throws(() => parseConfig(`[policy]\n${line}\n`, 'it'), line);
});
