/** The doctor's probe goes out through a real Postfix, and comes back by LMTP. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../../bench/suite.ts';
import { say } from '../cli/said.ts';
import { makeList, makeSite } from '../site.ts';
import { noPostfix, startPostfix } from './postfix-instance.ts';

test('the probe comes back through Postfix, or the doctor says where not', {
  skip: noPostfix,
}, async () => {
  const lmtpPort = await freePort();
  await using postfix = await startPostfix({
    transport: { 'lists.example': `lmtp:inet:127.0.0.1:${lmtpPort}`, 'void.example': 'discard:' },
    settings: { relay_domains: 'lists.example, void.example', recipient_delimiter: '+' },
  });
  await using site = await makeSite(
    `[[relay]]\nport = ${postfix.port()}\ntls = "none"\nhelo = "client.example"\n` +
      '[limits]\nmessageBytes = 1000000\n[dns]\nservers = ["127.0.0.1:1"]\ntimeoutMs = 50\n',
  );
  await makeList(site, 'cats@lists.example', 0);
  await makeList(site, 'cats@void.example', 0);
  const one = ['doctor', '--domain', 'lists.example'];
  const examined = await say(site, ...one, '--json');
  const found: { check: string; of: string; health: string }[] = JSON.parse(examined.out);
  const healthOf = (check: string) =>
    found.filter((one) => one.check === check).map((one) => one.health);
  assert.deepEqual(healthOf('hand-off').includes('bad'), false, examined.out);
  assert.deepEqual(healthOf('return-path'), ['ok']);
  assert.deepEqual(healthOf('alias'), ['ok']);
  assert.deepEqual(
    healthOf('transport'),
    ['ok', 'warn'],
    'it takes mail for anybody of the domain',
  );
  const lost = await say(site, 'doctor', '--domain', 'void.example', '--probe', '--wait', '1');
  assert.match(lost.out, /! probe .*\(there it is \w+\).* did not come back/);
  const opened = site.open();
  const { startLmtp } = await import('../../src/engine/lmtp.ts');
  const server = await startLmtp(opened, `127.0.0.1:${lmtpPort}`, {
    now: Date.now,
    accepted: () => undefined,
  });
  const back = await say(site, ...one, '--probe', '--wait', '30');
  assert.match(back.out, / {2}probe .*was back after \d+ ms/);
  await server.close();
  await opened.close();
});
