import assert from 'node:assert/strict';
import { test } from 'node:test';
import { domainPolicies } from '../../src/engine/domain-policies.ts';
import { startDns } from '../dns.ts';
import { makeSite } from '../site.ts';

const hour = 3_600_000;

test('an answer is kept for all processes, and asked for anew when it is old', async () => {
  await using dns = await startDns({ '_dmarc.example.com': ['v=DMARC1; p=reject'] });
  await using site = await makeSite(`[dns]\nservers = ["${dns.address}"]\n`);
  const [one, two] = [site.open(), site.open()];
  const first = domainPolicies(one.config, (await one.store()).rules);
  const second = domainPolicies(two.config, (await two.store()).rules);
  const wanted = { kind: 'policy', policy: 'reject', domain: 'example.com' };
  const both = await Promise.all([first('example.com', 0), first('Example.COM', 0)]);
  assert.deepEqual(both, [wanted, wanted]);
  assert.deepEqual(await second('example.com', hour - 1), wanted);
  assert.equal(dns.asked.length, 1, 'asked once by all');
  dns.zone.set('_dmarc.example.com', ['v=DMARC1; p=none']);
  const later = { kind: 'policy', policy: 'none', domain: 'example.com' };
  assert.deepEqual(await second('example.com', hour + 1), later);
  assert.equal(dns.asked.length, 2);
  await one.close();
  await two.close();
});

test('trouble is kept too, but not for long', async () => {
  await using dns = await startDns({ '_dmarc.example.com': 'servfail' });
  await using site = await makeSite(`[dns]\nservers = ["${dns.address}"]\n`);
  const opened = site.open();
  const policies = domainPolicies(opened.config, (await opened.store()).rules);
  assert.equal((await policies('example.com', 0)).kind, 'trouble');
  const { length } = dns.asked;
  assert.equal((await policies('example.com', 59_000)).kind, 'trouble');
  assert.equal(dns.asked.length, length, 'a dead name server does not make each posting wait');
  dns.zone.set('_dmarc.example.com', ['v=DMARC1; p=none']);
  assert.equal((await policies('example.com', 61_000)).kind, 'policy');
  await opened.close();
});
