/**
 * The whole way, as an admin has it: a stranger's client gives a posting to Postfix, Postfix gives
 * it to us, real runners under a master work on it, Postfix takes the copies and hands them to the
 * members' server. There every field and every byte is compared with what was sent.
 */
import assert from 'node:assert/strict';
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort, until } from '../../bench/suite.ts';
import { masterProgram } from '../../src/engine/programs.ts';
import { priorities } from '../../src/model/queues.ts';
import { command } from '../bin/injecting.ts';
import { type SunkMessage, startSink } from '../sink.ts';
import { makeList, makeSite } from '../site.ts';
import { noPostfix, type PostfixOptions, startPostfix } from './postfix-instance.ts';
import { sendMail } from './postfix-send.ts';

const nobody = 65534;
const list = 'dev@lists.example';
const author = '"two words"@home.example';
const members = ['a@one.example', 'b@one.example', 'jörg@zwei.example'];
const patienceMs = 60_000;

/** Fields that survive, byte for byte and in this order; odd ones among them. */
const kept = [
  'Received: from far.example by home.example; Tue, 24 Nov 2026 06:59:00 +0000',
  'DKIM-Signature: v=1; a=rsa-sha256; d=home.example; s=x;\r\n\th=From:Subject;\r\n  bh=abc=; b=def=',
  'FROM:  Ann  (her own)   <"two words"@home.example>',
  'To: dev@lists.example,\r\n "B, C" <bc@else.example>',
  'Cc: =?utf-8?q?J=C3=B6rg?= <joerg@else.example>',
  'Date: Tue, 24 Nov 2026 07:00:00 +0000 (tea time)',
  'Message-ID: <one@home.example>',
  'In-Reply-To: <zero@home.example>',
  'References: <minus@home.example>\r\n <zero@home.example>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed;\r\n boundary="=_1"',
  'X-Empty:',
  'X-Twice: one',
  'X-Twice: two',
  'x-8bit: Grüße, utf-8 as it is',
  `X-Long: ${'y'.repeat(900)}`,
  'Comments: trailing blanks   ',
] as const;
/** Fields that must not reach members: they would speak for the list, or ask for receipts. */
const dropped = [
  'List-Id: <somebody.else>',
  'List-Unsubscribe: <mailto:away@else.example>',
  'Disposition-Notification-To: ann@home.example',
  'Approved: secret',
];
const body = [
  '--=_1',
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: 8bit',
  '',
  '.one dot',
  '..two dots',
  '.',
  'From the start of a line, Grüße',
  '>From a quoted one',
  'blanks at the end   ',
  'x'.repeat(990),
  '',
  '--=_1',
  'Content-Type: application/octet-stream',
  'Content-Transfer-Encoding: base64',
  '',
  ...Array.from({ length: 2000 }, (_, n) => Buffer.from(`line ${n} `.repeat(5)).toString('base64')),
  '--=_1--',
  '',
  '',
  '',
].join('\r\n');
const subject = 'Subject: =?utf-8?q?caf=C3=A9?=  at  four';
const data = [...kept.slice(0, 12), subject, ...dropped, ...kept.slice(12)]
  .join('\r\n')
  .concat('\r\n\r\n', body);

/** What Postfix adds on the way in and on the way out, and what we add. */
const added = [
  'Received',
  'Received',
  'Subject',
  'List-Id',
  'List-Help',
  'List-Owner',
  'List-Post',
  'List-Subscribe',
  'List-Unsubscribe',
  'List-Mute',
  'Message-ID-Hash',
  'Sender',
  'Precedence',
  'X-BeenThere',
] as const;

type Setting = { readonly lmtp: number; readonly folder: string };
type Way = {
  readonly name: string;
  readonly postfix: (setting: Setting) => PostfixOptions;
  readonly toml: (setting: Setting) => string;
  readonly prepare?: (setting: Setting) => void;
  /** What the way in leaves in the message, before all else. */
  readonly traces: readonly string[];
};

const relayed = { relay_domains: 'lists.example' };
const ways: readonly Way[] = [
  {
    name: 'LMTP',
    postfix: ({ lmtp }) => ({
      settings: relayed,
      transport: { 'lists.example': `lmtp:inet:127.0.0.1:${lmtp}` },
    }),
    toml: ({ lmtp }) => `[lmtp]\nlisten = ["127.0.0.1:${lmtp}"]`,
    traces: [],
  },
  {
    name: 'LMTP by a socket',
    postfix: ({ folder }) => ({
      settings: relayed,
      transport: { 'lists.example': `lmtp:unix:${folder}/run/lmtp.sock` },
    }),
    toml: ({ folder }) => `[lmtp]\nlisten = ["unix:${folder}/run/lmtp.sock"]`,
    // The socket is for the group, and a folder like this one makes it Postfix's.
    prepare({ folder }) {
      const group = execFileSync('id', ['-g', 'postfix'], { encoding: 'utf8' });
      mkdirSync(join(folder, 'run'));
      chownSync(join(folder, 'run'), 0, Number(group));
      chmodSync(join(folder, 'run'), 0o2770);
    },
    traces: [],
  },
  {
    name: 'Maildir',
    postfix: ({ folder }) => ({
      settings: {
        virtual_mailbox_domains: 'lists.example',
        virtual_mailbox_base: folder,
        virtual_mailbox_maps: 'regexp:$config_directory/lists',
        virtual_uid_maps: `static:${nobody}`,
        virtual_gid_maps: `static:${nobody}`,
        virtual_minimum_uid: '100',
        virtual_mailbox_limit: '0',
      },
      maps: { lists: { '/^dev(-.*)?@lists\\.example$/': 'maildir/' } },
      transport: { 'lists.example': 'virtual:' },
    }),
    toml: ({ folder }) => `lmtp.listen = []\n[maildir]\nfolders = ["${folder}/maildir"]`,
    prepare({ folder }) {
      for (const part of ['', 'tmp', 'new', 'cur']) {
        mkdirSync(join(folder, 'maildir', part), { recursive: true });
        chownSync(join(folder, 'maildir', part), nobody, nobody);
      }
    },
    traces: ['Delivered-To', 'X-Original-To'],
  },
  {
    name: 'pipe',
    postfix: ({ folder }) => ({
      settings: relayed,
      transport: { 'lists.example': 'listmill-inject:' },
      services: [
        'listmill-inject unix - n n - - pipe flags=q user=nobody null_sender=' +
          ` argv=${folder}/listmill-inject --spool ${folder}/spool -f $sender -- $recipient`,
      ],
    }),
    toml: ({ folder }) => `spool = "${folder}/spool"\nlmtp.listen = []`,
    prepare({ folder }) {
      copyFileSync(command, join(folder, 'listmill-inject'));
      chmodSync(join(folder, 'listmill-inject'), 0o755);
      chmodSync(join(folder, 'spool'), 0o755);
      const incoming = ['', 'tmp', 'new', ...priorities.map((one) => `new/${one}`)];
      for (const part of incoming)
        chownSync(join(folder, 'spool', 'incoming', part), nobody, nobody);
    },
    traces: [],
  },
];

for (const way of ways) {
  test(`in through Postfix by ${way.name}, and out again`, { skip: noPostfix }, async () => {
    // What a site makes is not for Postfix's own user: it sets another mask.
    process.umask(0o022);
    await using remote = await startSink({ keep: true });
    const folder = mkdtempSync(join(tmpdir(), 'listmill-round-'));
    chmodSync(folder, 0o755);
    const setting = { lmtp: await freePort(), folder };
    const options = way.postfix(setting);
    await using postfix = await startPostfix({
      ...options,
      settings: { recipient_delimiter: '+', ...options.settings },
      transport: { ...options.transport, '*': `smtp:[127.0.0.1]:${remote.port}` },
      listeners: {
        out: {
          smtpd_authorized_verp_clients: '127.0.0.0/8',
          smtpd_recipient_limit: '5000',
          receive_override_options: 'no_unknown_recipient_checks,no_address_mappings',
        },
      },
    });
    const relay = `[[relay]]\nport = ${postfix.port('out')}\ntls = "none"`;
    await using site = await makeSite(`${way.toml(setting)}\n${relay}\n`);
    await makeList(site, list, members, { nonmemberAction: 'accept', subjectPrefix: '[dev]' });
    way.prepare?.(setting);
    const master = fork(masterProgram, [site.root], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const gone = once(master, 'exit');
    try {
      await once(master, 'message');
      await sendMail(postfix.port(), { from: author, to: [list], data, smtputf8: true });
      await until('all have it', patienceMs, () => remote.stats().recipients >= members.length, 50);
    } catch (error) {
      throw new Error(postfix.log(), { cause: error });
    } finally {
      master.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    }
    const wanted = [...added, ...way.traces].sort();
    for (const message of remote.messages) compare(message, wanted);
    const reached = remote.messages.flatMap(({ to }) => to).sort();
    assert.deepEqual(reached, [...members].sort());
  });
}

/** Every byte of the body, every field that is to survive, and the names of those that are new. */
function compare({ bytes }: SunkMessage, wanted: readonly string[]): void {
  const end = bytes.indexOf('\r\n\r\n');
  const fields = bytes.toString('utf8', 0, end).split(/\r\n(?![ \t])/);
  assert.deepEqual(bytes.subarray(end + 4).toString(), body);
  const original = new Set<string>(kept);
  assert.deepEqual(
    fields.filter((field) => original.has(field)),
    kept,
  );
  const others = fields.filter((field) => !original.has(field));
  assert.deepEqual(others.map((field) => field.slice(0, field.indexOf(':'))).sort(), wanted);
  assert.deepEqual(
    others.filter((field) => dropped.includes(field)),
    [],
  );
  assert(others.includes(subject.replace(': ', ': [dev] ')), 'the subject keeps its bytes');
}
