/** A real Exim asks our policy service at RCPT, by the words of docs/policy.md. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../../bench/suite.ts';
import { startPolicy } from '../../src/engine/policy.ts';
import { makeList, makeSite } from '../site.ts';
import { exim, noExim } from './exim-daemon.ts';
import { documented } from './exim-instance.ts';

/** The ACL of the page, asking at that port. */
function documentedAcl(port: number): string {
  return documented('policy.md', 'deny').replaceAll('127.0.0.1:8025', `127.0.0.1:${port}`);
}

function configOf(folder: string, port: number): string {
  return `spool_directory = ${folder}
log_file_path = ${folder}/%slog
primary_hostname = mx.example
domainlist list_domains = lists.example
acl_smtp_rcpt = check_rcpt
begin acl
check_rcpt:
${documentedAcl(port)}
  accept domains = +list_domains
  deny message = relay not permitted
begin routers
begin transports
`;
}

/** What Exim says at RCPT, in a session that it only plays through. */
async function atRcpt(config: string, from: string, to: string): Promise<string> {
  const child = spawn(exim, ['-C', config, '-bh', '192.0.2.7']);
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  child.stderr.resume();
  const lines = ['EHLO a.example', `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'QUIT', ''];
  child.stdin.end(lines.join('\r\n'));
  await new Promise((done) => child.once('close', done));
  const replies = said.split(/\r?\n/).filter((line) => /^\d{3} /.test(line));
  return replies.at(-2) ?? '';
}

test('Exim refuses what the service says, and takes the rest', { skip: noExim }, async () => {
  const port = await freePort();
  await using site = await makeSite();
  await makeList(site, 'cats@lists.example', ['ann@x.example'], {
    nonmemberAction: 'reject',
    envelopeDecides: true,
  });
  const config = join(site.root, 'exim.conf');
  writeFileSync(config, configOf(site.root, port));
  const opened = site.open();
  const service = await startPolicy(opened, `127.0.0.1:${port}`, Date.now, () => undefined);
  const ask = (from: string, name: string) => atRcpt(config, from, `${name}@lists.example`);
  assert.match(await ask('ann@x.example', 'cats'), /^250 /);
  assert.match(await ask('zoe@z.example', 'cats-owner'), /^250 /);
  assert.match(await ask('zoe@z.example', 'cats'), /^550 .*zoe@z\.example is not a member/);
  assert.match(await ask('ann@x.example', 'dogs'), /^550 There is no such list here\./);
  assert.match(await ask('ann@x.example', 'cats-author+a2a2a2a2a2a2a2a2'), /^550 /);
  await service.close();
  assert.match(await ask('zoe@z.example', 'cats'), /^250 /, 'without the service mail comes');
  await opened.close();
});
