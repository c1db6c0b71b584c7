import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DmarcFinding } from '../../src/model/posting.ts';
import { findPolicy, txtAsker } from '../../src/mta/dmarc.ts';
import { startDns } from '../dns.ts';

const limitMs = 20_000;

type Zone = Parameters<typeof startDns>[0];

async function found(zone: Zone, domain: string): Promise<DmarcFinding> {
  await using dns = await startDns(zone);
  return await findPolicy(txtAsker([dns.address], 2000), domain, limitMs);
}

const none = { kind: 'none' } as const;

function policy(name: 'none' | 'quarantine' | 'reject', domain: string): DmarcFinding {
  return { kind: 'policy', policy: name, domain };
}

const cases: readonly (readonly [
  what: string,
  zone: Zone,
  domain: string,
  wanted: DmarcFinding,
])[] = [
  [
    'the record of the domain itself',
    { '_dmarc.example.com': ['v=DMARC1; p=reject; rua=mailto:a@example.com'] },
    'example.com',
    policy('reject', 'example.com'),
  ],
  [
    'that of the organisation, by its sp',
    { '_dmarc.example.co.uk': ['v=DMARC1; p=none; sp=quarantine'] },
    'mail.x.example.co.uk',
    policy('quarantine', 'example.co.uk'),
  ],
  [
    'that of the organisation, by its p where it has no sp',
    { '_dmarc.example.com': ['v=DMARC1;p=Quarantine'] },
    'a.b.example.com',
    policy('quarantine', 'example.com'),
  ],
  [
    'its own counts more than that of the organisation',
    { '_dmarc.a.example.com': ['v=DMARC1; p=none'], '_dmarc.example.com': ['v=DMARC1; p=reject'] },
    'a.example.com',
    policy('none', 'a.example.com'),
  ],
  ['nobody has one', {}, 'a.example.com', none],
  ['nothing is above a public suffix', { '_dmarc.uk': ['v=DMARC1; p=reject'] }, 'co.uk', none],
  [
    'several records are none',
    { '_dmarc.example.com': ['v=DMARC1; p=reject', 'v=DMARC1; p=none'] },
    'example.com',
    none,
  ],
  [
    'other texts beside it do not matter',
    { '_dmarc.example.com': ['hello', 'v=DMARC12; p=none', 'v=DMARC1; p=reject'] },
    'example.com',
    policy('reject', 'example.com'),
  ],
  [
    'a policy that nobody knows is none',
    { '_dmarc.example.com': ['v=DMARC1; p=maybe'] },
    'example.com',
    none,
  ],
  [
    'a record in several pieces is one',
    { '_dmarc.example.com': [`v=DMARC1; ${'rua=mailto:a@example.com;'.repeat(20)} p=reject`] },
    'example.com',
    policy('reject', 'example.com'),
  ],
];

test('what the domain wants is found as RFC 7489 has it', async () => {
  for (const [what, zone, domain, wanted] of cases) {
    assert.deepEqual(await found(zone, domain), wanted, what);
  }
});

test('a name server in trouble is trouble, and not "no policy"', async () => {
  const finding = await found({ '_dmarc.example.com': 'servfail' }, 'example.com');
  assert.equal(finding.kind, 'trouble');
});

test('a name server that does not answer is given up after the time that is allowed', async () => {
  await using dns = await startDns({ '_dmarc.example.com': 'silence' });
  const finding = await findPolicy(txtAsker([dns.address], 60_000), 'example.com', 50);
  assert.deepEqual(finding, { kind: 'trouble', why: 'no name server answered within 50 ms' });
});
