import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFacts } from '../../src/mta/facts.ts';

test('the keywords of Postfix are read', () => {
  const facts = readFacts([
    'mail.example',
    'PIPELINING',
    'SIZE 10240000',
    'VRFY',
    'ETRN',
    'STARTTLS',
    'AUTH PLAIN LOGIN',
    'AUTH=PLAIN LOGIN',
    'ENHANCEDSTATUSCODES',
    '8BITMIME',
    'DSN',
    'SMTPUTF8',
    'CHUNKING',
    'XVERP',
  ]);
  assert.deepEqual(facts, {
    esmtp: true,
    pipelining: true,
    size: 10_240_000,
    eightBit: true,
    smtputf8: true,
    dsn: true,
    enhancedCodes: true,
    xverp: true,
    chunking: true,
    startTls: true,
    auth: ['PLAIN', 'LOGIN', 'PLAIN', 'LOGIN'],
    mailMax: Number.POSITIVE_INFINITY,
    rcptMax: Number.POSITIVE_INFINITY,
    rcptDomainMax: Number.POSITIVE_INFINITY,
  });
});

test('LIMITS of RFC 9422 are read, and those that cannot be meant are not', () => {
  const facts = readFacts(['x', 'LIMITS RCPTMAX=20 MAILMAX=5 RCPTDOMAINMAX=1']);
  assert.equal(facts.rcptMax, 20);
  assert.equal(facts.mailMax, 5);
  assert.equal(facts.rcptDomainMax, 1);
  const odd = readFacts(['x', 'limits RCPTMAX=0 MAILMAX=-3 OTHER=7 RCPTDOMAINMAX=1x']);
  assert.equal(odd.rcptMax, Number.POSITIVE_INFINITY);
  assert.equal(odd.mailMax, Number.POSITIVE_INFINITY);
  assert.equal(odd.rcptDomainMax, Number.POSITIVE_INFINITY);
});

test('SIZE without a number is no limit, and no SIZE is no SIZE', () => {
  assert.equal(readFacts(['x', 'SIZE']).size, 0);
  assert.equal(readFacts(['x']).size, undefined);
  assert.equal(readFacts(['PIPELINING']).pipelining, false, 'the first line is a name');
});
