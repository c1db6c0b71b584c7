import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addressShape,
  asciiAddress,
  mailCommand,
  rcptCommand,
  xverpPath,
} from '../../src/mta/commands.ts';
import type { Delivery } from '../../src/mta/delivery.ts';
import { plainFacts } from '../../src/mta/facts.ts';
import { sharedDelivery } from './setting.ts';

const all = {
  ...plainFacts,
  esmtp: true,
  size: 0,
  eightBit: true,
  smtputf8: true,
  dsn: true,
  xverp: true,
};
const bare = { returnPath: 'a@x', octets: 7, eightBit: false, smtputf8: false, xverp: undefined };

test('an address that could break out of its command is no address', () => {
  for (const bad of [
    '',
    'a@x>\r\nRCPT TO:<b@y',
    'a@x\nDATA',
    'a\0@x',
    'a@x>',
    '<a@x',
    'a b@x',
    'a\u0085@x',
    'a\u007f@x',
    `${'a'.repeat(1000)}@x`,
  ]) {
    assert.equal(addressShape(bad), 'broken', JSON.stringify(bad));
  }
  assert.equal(addressShape('"a b"@x.example'), 'ascii');
  assert.equal(addressShape('üser@x.example'), 'utf8');
});

test('a domain alone does without SMTPUTF8', () => {
  assert.equal(asciiAddress('user@bücher.example'), 'user@xn--bcher-kva.example');
  assert.equal(asciiAddress('üser@bücher.example'), undefined);
  assert.equal(asciiAddress('nobody'), undefined);
});

test('parameters of MAIL are said where they are needed and offered', async () => {
  const plain = await sharedDelivery([]);
  const dsn: Delivery = { ...plain, dsn: { ret: 'HDRS', envid: 'a+b=c ü' } };
  assert.equal(mailCommand(bare, plain, plainFacts), 'MAIL FROM:<a@x>\r\n');
  assert.equal(mailCommand(bare, plain, all), 'MAIL FROM:<a@x> SIZE=7\r\n');
  assert.equal(
    mailCommand({ ...bare, eightBit: true }, plain, all),
    'MAIL FROM:<a@x> SIZE=7 BODY=8BITMIME\r\n',
  );
  assert.equal(mailCommand({ ...bare, eightBit: true }, plain, plainFacts), 'MAIL FROM:<a@x>\r\n');
  assert.equal(
    mailCommand({ ...bare, smtputf8: true }, plain, all),
    'MAIL FROM:<a@x> SIZE=7 BODY=8BITMIME SMTPUTF8\r\n',
  );
  assert.equal(mailCommand({ ...bare, xverp: '' }, plain, all), 'MAIL FROM:<a@x> SIZE=7 XVERP\r\n');
  assert.equal(
    mailCommand({ ...bare, xverp: '-=' }, plain, all),
    'MAIL FROM:<a@x> SIZE=7 XVERP=-=\r\n',
  );
  assert.equal(
    mailCommand(bare, dsn, all),
    'MAIL FROM:<a@x> SIZE=7 RET=HDRS ENVID=a+2Bb+3Dc+20+C3+BC\r\n',
  );
  assert.equal(mailCommand(bare, dsn, plainFacts), 'MAIL FROM:<a@x>\r\n');
});

test('parameters of RCPT name the original recipient', async () => {
  const plain = await sharedDelivery([]);
  const dsn: Delivery = { ...plain, dsn: { notify: 'FAILURE', orcpt: true } };
  const say = (original: string): string => rcptCommand('b@y', original, dsn, all);
  assert.equal(say('B+1@y'), 'RCPT TO:<b@y> NOTIFY=FAILURE ORCPT=rfc822;B+2B1@y\r\n');
  assert.equal(say('ü@y'), 'RCPT TO:<b@y> NOTIFY=FAILURE\r\n');
  assert.equal(rcptCommand('b@y', 'b@y', plain, all), 'RCPT TO:<b@y>\r\n');
  assert.equal(rcptCommand('b@y', 'b@y', dsn, plainFacts), 'RCPT TO:<b@y>\r\n');
});

test('the return path is what Postfix would make by XVERP', () => {
  assert.equal(
    xverpPath('owner@list.example', '', 'u@h.example'),
    'owner+u=h.example@list.example',
  );
  assert.equal(xverpPath('owner@list.example', '-=', 'u@h'), 'owner-u=h@list.example');
});
