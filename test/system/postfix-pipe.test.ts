import assert from 'node:assert/strict';
import { chmodSync, chownSync, copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { command, InjectSpool, until } from '../bin/injecting.ts';
import { noPostfix, type Postfix, type PostfixOptions, startPostfix } from './postfix-instance.ts';
import { sendMail } from './postfix-send.ts';

const nobody = 65534;
/** Complete, as Postfix adds what a local client has left out. */
const data = [
  'From: Ann <ann@home.example>',
  'To: dev@lists.example',
  'Subject: =?utf-8?q?x?=  y',
  'Date: Tue, 24 Nov 2026 07:00:00 +0000',
  'Message-ID: <one@home.example>',
  '',
  '.hello',
  '',
  'From here\n',
].join('\n');

/** A Postfix whose `lists.example` goes through the pipe command into the spool. */
async function startWithPipe(
  spool: InjectSpool,
  line: string,
  options: PostfixOptions = {},
): Promise<Postfix> {
  ownedByNobody(spool);
  const program = join(spool.folder, 'listmill-inject');
  // The repository may lie where the user of the pipe cannot go.
  copyFileSync(command, program);
  chmodSync(program, 0o755);
  return await startPostfix({
    transport: { 'lists.example': 'listmill-inject:' },
    ...options,
    settings: { relay_domains: 'lists.example', ...options.settings },
    services: [
      `listmill-inject unix - n n - - pipe ${line.replace('INJECT', `${program} --spool ${spool.folder}`)}`,
    ],
  });
}

function ownedByNobody(spool: InjectSpool): void {
  chmodSync(spool.folder, 0o755);
  for (const folder of ['', 'tmp', 'new', 'new/5']) {
    chownSync(join(spool.folder, 'incoming', folder), nobody, nobody);
  }
}

/** As in docs/mta-postfix.md. */
const recommended = 'flags=q user=nobody null_sender= argv=INJECT -f $sender -- $recipient';

async function takes(postfix: Postfix, spool: InjectSpool, count: number): Promise<void> {
  try {
    await until(`${count} entries`, () => spool.taken().length >= count);
  } catch (error) {
    throw new Error(postfix.log(), { cause: error });
  }
}

test('Postfix delivers through the pipe, byte for byte', { skip: noPostfix }, async () => {
  using spool = new InjectSpool();
  await using postfix = await startWithPipe(spool, recommended);
  const to = ['dev@lists.example', 'dev-bounces+ann=home.example@lists.example'];
  await sendMail(postfix.port(), { from: 'ann@home.example', to, data });
  await takes(postfix, spool, 2);
  const taken = spool.taken();
  assert.deepEqual(taken.map(({ meta }) => meta.recipient).sort(), to.sort());
  assert.deepEqual(new Set(taken.map(({ meta }) => meta.sender)), new Set(['ann@home.example']));
  // One run for both recipients: one message on disk.
  assert.equal(new Set(taken.map(({ inode }) => inode)).size, 1);
  const [first] = taken;
  const text = first?.bytes.toString() ?? '';
  assert.match(text, /^Received: from client\.example /);
  assert.ok(text.endsWith(data), text);
  await until('it is gone from the queue', () => postfix.queue().includes('queue is empty'));
});

const senders = [
  ['the empty sender', '', null],
  ['a quoted sender', '"two words"@home.example', '"two words"@home.example'],
  ['quotes and backslashes', '"a\\"b\\\\c"@home.example', '"a\\"b\\\\c"@home.example'],
  ['an international sender', 'jösé@bücher.example', 'jösé@bücher.example'],
  ['shell characters', "o'brien$HOME`id`|x@home.example", "o'brien$HOME`id`|x@home.example"],
] as const;

test('Postfix tells every kind of sender', { skip: noPostfix }, async (t) => {
  using spool = new InjectSpool();
  await using postfix = await startWithPipe(spool, recommended);
  let count = 0;
  for (const [what, from, sender] of senders) {
    await t.test(what, async () => {
      const to = [`n${count}@lists.example`];
      await sendMail(postfix.port(), { from, to, data, smtputf8: true });
      count += 1;
      await takes(postfix, spool, count);
      const found = spool.taken().find(({ meta }) => meta.recipient === to[0]);
      assert.equal(found?.meta.sender, sender);
    });
  }
});

test('Postfix writes the empty sender by name unless told', { skip: noPostfix }, async () => {
  using spool = new InjectSpool();
  const line = recommended.replace('null_sender= ', '');
  await using postfix = await startWithPipe(spool, line);
  await sendMail(postfix.port(), { from: '', to: ['dev@lists.example'], data });
  await takes(postfix, spool, 1);
  assert.equal(spool.single().meta.sender, null);
});

test('Postfix keeps the message while there is no spool', { skip: noPostfix }, async () => {
  using spool = new InjectSpool();
  await using postfix = await startWithPipe(spool, recommended);
  rmSync(join(spool.folder, 'incoming'), { recursive: true });
  await sendMail(postfix.port(), { from: 'ann@home.example', to: ['dev@lists.example'], data });
  await until('it is deferred', () => postfix.log().includes('status=deferred'));
  assert.match(postfix.log(), /dsn=4\.3\.0, status=deferred \(temporary failure/);
  assert.match(postfix.queue(), /there is no folder .*incoming; name the spool with --spool/s);
  // Logged before it is put aside: a flush in between would not see it ("*": still active).
  await until('it is put aside', () => /^[0-9A-F]+ /m.test(postfix.queue()));
  mkdirSync(join(spool.folder, 'incoming', 'tmp'), { recursive: true });
  mkdirSync(join(spool.folder, 'incoming', 'new', '5'), { recursive: true });
  ownedByNobody(spool);
  postfix.flush();
  await takes(postfix, spool, 1);
});

test('Postfix tells a program in an alias by the environment', { skip: noPostfix }, async () => {
  using spool = new InjectSpool();
  const program = join(spool.folder, 'listmill-inject');
  await using postfix = await startWithPipe(spool, recommended, {
    transport: {},
    settings: {
      relay_domains: '',
      mydestination: 'lists.example',
      local_recipient_maps: '',
      alias_maps: 'texthash:$config_directory/aliases',
      recipient_delimiter: '+',
      default_privs: 'nobody',
    },
    maps: { aliases: { dev: `"|${program} --spool ${spool.folder}"` } },
  });
  await sendMail(postfix.port(), { from: '', to: ['dev+detail@lists.example'], data });
  await sendMail(postfix.port(), { from: 'ann@home.example', to: ['dev@lists.example'], data });
  await takes(postfix, spool, 2);
  const envelopes = spool.taken().map(({ meta }) => [meta.sender, meta.recipient]);
  assert.deepEqual(
    new Set(envelopes.map(String)),
    new Set([',dev+detail@lists.example', 'ann@home.example,dev@lists.example']),
  );
});

test('Postfix tries again all but the two codes that mean never', { skip: noPostfix }, async () => {
  const ends: Readonly<Record<string, string>> = {
    later: 'exit 75',
    killed: 'kill -9 $$$$',
    'wrong-usage': 'exit 64',
    'bad-address': 'exit 65',
  };
  const names = [...Object.keys(ends), 'missing'];
  await using postfix = await startPostfix({
    settings: { relay_domains: names.map((name) => `${name}.example`).join(' ') },
    transport: Object.fromEntries(names.map((name) => [`${name}.example`, `${name}:`])),
    services: names.map((name) => {
      const argv = name in ends ? `/bin/sh -c {cat >/dev/null; ${ends[name]}}` : '/nonexistent/x';
      return `${name} unix - n n - - pipe user=nobody argv=${argv}`;
    }),
  });
  const to = names.map((name) => `dev@${name}.example`);
  await sendMail(postfix.port(), { from: 'ann@home.example', to, data });
  const statusOf = (name: string) =>
    new RegExp(`to=<dev@${name}\\.example>.* status=(\\w+)`).exec(postfix.log())?.[1];
  await until('all have been tried', () => names.every((name) => statusOf(name) !== undefined));
  assert.deepEqual(Object.fromEntries(names.map((name) => [name, statusOf(name)])), {
    later: 'deferred',
    killed: 'deferred',
    'wrong-usage': 'bounced',
    'bad-address': 'bounced',
    missing: 'deferred',
  });
});
