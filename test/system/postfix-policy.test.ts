/** A real Postfix asks our policy service at RCPT. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../../bench/suite.ts';
import { startPolicy } from '../../src/engine/policy.ts';
import { makeList, makeSite } from '../site.ts';
import { noPostfix, startPostfix } from './postfix-instance.ts';
import { sendMail } from './postfix-send.ts';

const data = 'From: zoe@z.example\nTo: cats@lists.example\nSubject: x\n\nhello\n';

test('Postfix refuses what the service says, and takes the rest', { skip: noPostfix }, async () => {
  const port = await freePort();
  // Before the site: from then on what we make is not for Postfix's own user.
  await using postfix = await startPostfix({
    transport: { 'lists.example': 'discard:' },
    settings: {
      relay_domains: 'lists.example',
      smtpd_recipient_restrictions: `reject_unauth_destination, check_policy_service { inet:127.0.0.1:${port}, default_action=DUNNO }`,
    },
  });
  await using site = await makeSite();
  await makeList(site, 'cats@lists.example', ['ann@x.example'], {
    nonmemberAction: 'reject',
    envelopeDecides: true,
  });
  const opened = site.open();
  const service = await startPolicy(opened, `127.0.0.1:${port}`, Date.now, () => undefined);
  const send = (from: string, to: string) => sendMail(postfix.port(), { from, to: [to], data });
  await send('ann@x.example', 'cats@lists.example');
  await send('zoe@z.example', 'cats-owner@lists.example');
  await assert.rejects(
    send('zoe@z.example', 'cats@lists.example'),
    /550 5\.7\.1 .*zoe@z\.example is not a member of cats@lists\.example\./,
  );
  await assert.rejects(
    send('ann@x.example', 'dogs@lists.example'),
    /550 5\.1\.1 .*There is no such list here\./,
  );
  await service.close();
  await send('zoe@z.example', 'cats@lists.example');
  await opened.close();
});
