/** Mail comes in from a real Exim by pipe and by LMTP, with the blocks of docs/mta-exim.md. */
import assert from 'node:assert/strict';
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../../bench/suite.ts';
import { masterProgram } from '../../src/engine/programs.ts';
import { command, InjectSpool, until } from '../bin/injecting.ts';
import { startSink } from '../sink.ts';
import { makeList, makeSite } from '../site.ts';
import { eximUser, noExim } from './exim-daemon.ts';
import { type Exim, startExim } from './exim-instance.ts';
import { sendMail } from './postfix-send.ts';

const data = [
  'From: Ann <ann@home.example>',
  'To: dev@lists.example',
  'Subject: =?utf-8?q?x?=  y',
  'Date: Tue, 24 Nov 2026 07:00:00 +0000',
  'Message-ID: <one@home.example>',
  '',
  '.hello',
  'From here',
  'Grüße\n',
].join('\n');

const [uid = 0, gid = 0] = noExim
  ? []
  : ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, eximUser])));

function owned(spool: InjectSpool): void {
  chmodSync(spool.folder, 0o755);
  for (const part of ['', 'tmp', 'new', 'new/5']) {
    chownSync(join(spool.folder, 'incoming', part), uid, gid);
  }
}

async function startWithPipe(spool: InjectSpool): Promise<Exim> {
  owned(spool);
  const program = join(spool.folder, 'listmill-inject');
  copyFileSync(command, program);
  chmodSync(program, 0o755);
  return await startExim({
    transport: 'listmill_pipe',
    lists: ['dev', 'cats'],
    instead: {
      '/usr/local/bin/listmill-inject': program,
      '/var/spool/listmill': spool.folder,
    },
  });
}

async function told(exim: Exim, what: string, holds: () => boolean): Promise<void> {
  try {
    await until(what, holds);
  } catch (error) {
    throw new Error(exim.log(), { cause: error });
  }
}

test('Exim delivers through the pipe, byte for byte', { skip: noExim }, async () => {
  using spool = new InjectSpool();
  await using exim = await startWithPipe(spool);
  const cases = [
    ['ann@home.example', 'dev@lists.example'],
    ['"two words"@home.example', 'dev-owner@lists.example'],
    ['', 'dev-bounces+ann=home.example@lists.example'],
    ["o'brien$HOME`id`|x@home.example", 'cats-join@lists.example'],
    ['jösé@bücher.example', 'cats@lists.example'],
  ] as const;
  for (const [from, to] of cases) {
    await sendMail(exim.port, { from, to: [to], data, smtputf8: true });
  }
  await told(exim, 'all have come', () => spool.taken().length === cases.length);
  for (const [from, to] of cases) {
    const found = spool.taken().find(({ meta }) => meta.recipient === to);
    assert.equal(found?.meta.sender, from === '' ? null : from, to);
    const text = found?.bytes.toString() ?? '';
    assert.match(text, /^Received: from \[?127\.0\.0\.1/);
    assert.equal(text.slice(text.indexOf('From: Ann')), data, to);
  }
  const unknown = sendMail(exim.port, { from: 'a@b.example', to: ['x@lists.example'], data });
  await assert.rejects(unknown, /550 no such list/);
  await told(exim, 'its spool is empty', () => exim.waiting() === 0);
});

test('Exim keeps the message while there is no spool', { skip: noExim }, async () => {
  using spool = new InjectSpool();
  await using exim = await startWithPipe(spool);
  rmSync(join(spool.folder, 'incoming'), { recursive: true });
  await sendMail(exim.port, { from: 'ann@home.example', to: ['dev@lists.example'], data });
  await told(exim, 'it is deferred', () => / == dev@lists\.example /.test(exim.log()));
  assert.match(exim.log(), /there is no folder .*incoming; name the spool with --spool/);
  assert.equal(exim.waiting(), 1);
  for (const part of ['tmp', 'new/5']) {
    mkdirSync(join(spool.folder, 'incoming', part), { recursive: true });
  }
  owned(spool);
  await exim.flush();
  await told(exim, 'it has come', () => spool.taken().length === 1);
  assert.equal(spool.single().meta.recipient, 'dev@lists.example');
});

test('in through Exim by LMTP, and out again through Exim', { skip: noExim }, async () => {
  await using remote = await startSink({ keep: true });
  const lmtp = await freePort();
  await using exim = await startExim({
    transport: 'listmill_lmtp',
    lists: ['dev'],
    instead: { 'port = 8024': `port = ${lmtp}` },
    sink: remote.port,
  });
  const relay = `[[relay]]\nport = ${exim.out}\ntls = "none"\n`;
  await using site = await makeSite(`[lmtp]\nlisten = ["127.0.0.1:${lmtp}"]\n${relay}`);
  const members = ['ann@home.example', 'b@one.example', 'jörg@zwei.example'];
  await makeList(site, 'dev@lists.example', members, { nonmemberAction: 'reject' });
  const master = fork(masterProgram, [site.root], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = once(master, 'exit');
  /** What is handed over is routed, and then waits for a queue run. */
  const queued = async (count: number) => {
    const waiting = () => exim.log().match(/SMTP delivery explicitly queued/g)?.length === count;
    await told(exim, `${count} wait`, waiting);
    await exim.flush();
  };
  const send = (from: string, to: string, text: string) =>
    sendMail(exim.port, { from, to: [to], data: text, smtputf8: true });
  try {
    await once(master, 'message');
    await send('ann@home.example', 'dev@lists.example', data);
    await queued(members.length);
    await told(exim, 'all have it', () => remote.stats().recipients >= members.length);
    const reached = remote.messages.flatMap(({ to }) => to).sort();
    assert.deepEqual(reached, [...members].sort());
    for (const { bytes } of remote.messages) {
      const text = bytes.toString();
      assert.match(text, /\r\nList-Id: <dev\.lists\.example>\r\n/);
      assert(text.endsWith('\r\n\r\n.hello\r\nFrom here\r\nGrüße\r\n'), text);
    }
    // The affix comes through: this is no posting.
    await send(
      'b@one.example',
      'dev-request@lists.example',
      'From: b@one.example\nSubject: echo so it is\n\n',
    );
    await queued(members.length + 1);
    const answered = () => remote.messages.some(({ bytes }) => bytes.includes('echo so it is'));
    await told(exim, 'the order is answered', answered);
  } finally {
    master.kill('SIGTERM');
    await gone;
  }
});
