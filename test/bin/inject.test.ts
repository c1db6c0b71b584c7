import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InjectSpool, inject, shells, startInject } from './injecting.ts';

const list = 'dev@lists.example';

const oddMessages: readonly (readonly [string, Buffer])[] = [
  ['an ordinary message', Buffer.from('Subject: x\n\nhello\n')],
  ['nothing at all', Buffer.alloc(0)],
  ['one byte', Buffer.from('x')],
  ['NUL bytes', Buffer.from('Subject: \0x\n\n\0\0\nafter\0')],
  ['a bare CR and no last newline', Buffer.from('Subject: x\r\n\rbody\r')],
  ['backslashes, percent signs and quotes', Buffer.from('\\n\\0%s%n"\'$(id)`id`\\c')],
  ['every byte', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
  ['a line of a megabyte', Buffer.alloc(1 << 20, 'x')],
  ['26 MB', randomBytes(26_000_000)],
];

for (const shell of shells) {
  const named = shell.name;

  for (const [what, input] of oddMessages) {
    test(`${named}: ${what} comes through to the byte`, async () => {
      using spool = new InjectSpool();
      const ending = await inject([...spool.args, '-f', 'a@b.example', list], { shell, input });
      assert.deepEqual(ending, { code: 0, signal: null, output: '' });
      const { meta, bytes } = spool.single();
      assert.ok(bytes.equals(input));
      const digest = `sha256:${createHash('sha256').update(input).digest('hex')}`;
      assert.deepEqual(meta.message, { size: input.length, digest });
      assert.deepEqual(spool.leftovers, []);
    });
  }

  test(`${named}: addresses of every kind become right JSON`, async () => {
    const addresses = [
      '"a\\"b\\\\c"@x.example',
      '"two words"@x.example',
      "o'brien+$HOME`id`%s\\n*?[a]@x.example",
      'jösé@bücher.example',
      '用户@例子.example',
      `${'a'.repeat(900)}@x.example`,
      '-f@x.example',
      '{"kind":"x"}@x.example',
    ];
    for (const address of addresses) {
      using spool = new InjectSpool();
      const args = [...spool.args, '-f', address, '--', `<${address}>`, list];
      const ending = await inject(args, { shell });
      assert.deepEqual(ending, { code: 0, signal: null, output: '' }, address);
      assert.deepEqual(
        spool.taken().map(({ meta }) => [meta.sender, meta.recipient]),
        [
          [address, address],
          [address, list],
        ],
      );
    }
  });

  test(`${named}: several recipients share one message on disk`, async () => {
    using spool = new InjectSpool();
    const args = [
      ...spool.args,
      '-f',
      'a@b',
      list,
      'two@lists.example',
      '--recipient',
      'c@d',
      list,
    ];
    const ending = await inject(args, { shell, input: 'Subject: x\n\nhello\n' });
    assert.equal(ending.code, 0);
    const taken = spool.taken();
    // A repeated recipient is one recipient.
    const recipients = taken.map(({ meta }) => meta.recipient);
    assert.deepEqual(recipients.sort(), ['c@d', list, 'two@lists.example']);
    assert.equal(new Set(taken.map(({ inode }) => inode)).size, 1);
    assert.equal(new Set(taken.map(({ meta }) => meta.id)).size, 3);
  });
}

test('the entry is what the runners expect, and readable by the group only', async () => {
  using spool = new InjectSpool();
  await inject([...spool.args, '-f', 'a@b', list], { input: 'x' });
  const { meta } = spool.single();
  const { id, due, received, message, ...rest } = meta;
  assert.deepEqual(rest, {
    version: 1,
    priority: 5,
    round: 0,
    sender: 'a@b',
    recipient: list,
    hops: [],
    attempts: 0,
    work: { kind: 'mail', via: 'pipe' },
  });
  assert.equal(due, received);
  const folder = join(spool.folder, 'incoming', 'new', '5', `${due}.${id}.0`);
  assert.equal(statSync(folder).mode & 0o777, 0o770);
  assert.equal(statSync(join(folder, 'entry.json')).mode & 0o777, 0o660);
  assert.equal(statSync(join(folder, 'message.eml')).mode & 0o777, 0o660);
});

test('nothing is in new before the end of the input, however slowly it comes', async () => {
  using spool = new InjectSpool();
  const { process: child, ending } = startInject([...spool.args, '-f', 'a@b', list]);
  for (const part of ['Subject: x\n', '\n', 'hello\n']) {
    await new Promise((resolve) => child.stdin?.write(part, resolve));
    assert.deepEqual(spool.taken(), []);
  }
  child.stdin?.end();
  assert.equal((await ending).code, 0);
  assert.equal(spool.single().bytes.toString(), 'Subject: x\n\nhello\n');
});

test('a queue that has no folders yet gets them', async () => {
  using spool = new InjectSpool();
  const bare = join(spool.folder, 'bare');
  mkdirSync(join(bare, 'incoming'), { recursive: true });
  assert.equal((await inject(['--spool', bare, '-f', '', list])).code, 0);
  using second = new InjectSpool(bare);
  assert.equal(second.single().meta.sender, null);
});

const siteFiles: readonly (readonly [string, string, string])[] = [
  ['no line for the spool', '# spool = "elsewhere"\nvar = "v"\n', 'spool'],
  ['a relative spool', 'var = "v"\n  spool="my spool" # ours\n', 'my spool'],
  ['single quotes and CRLF', "spool = 'other'\r\nvar = 'v'\r\n", 'other'],
  ['a key of that name in a section', '[archive]\nspool = "wrong"\n', 'spool'],
  ['no newline at the end', 'spool = "last"', 'last'],
];

for (const [what, text, folder] of siteFiles) {
  test(`a site names its spool: ${what}`, async () => {
    using site = new InjectSpool();
    mkdirSync(join(site.folder, 'config'));
    writeFileSync(join(site.folder, 'config', 'listmill.toml'), text);
    using spool = new InjectSpool(join(site.folder, folder));
    const byOption = await inject(['--site', site.folder, '-f', '', list]);
    assert.deepEqual(byOption, { code: 0, signal: null, output: '' });
    const byName = await inject(['-f', '', list], { env: { LISTMILL_SITE: site.folder } });
    assert.equal(byName.code, 0);
    assert.equal(spool.taken().length, 2);
  });
}

test('--spool wins over --site, the site over LISTMILL_SPOOL, options over the environment', async () => {
  using right = new InjectSpool();
  using wrong = new InjectSpool();
  const cases: readonly (readonly [readonly string[], Record<string, string>])[] = [
    [right.args, { LISTMILL_SITE: wrong.folder, LISTMILL_SPOOL: wrong.folder }],
    [['--site=/nowhere', `--spool=${right.folder}`], {}],
    [[], { LISTMILL_SPOOL: right.folder }],
  ];
  for (const [args, env] of cases) {
    assert.equal((await inject([...args, '-f', '', list], { env })).code, 0);
  }
  assert.equal(right.taken().length, cases.length);
  assert.deepEqual(wrong.taken(), []);
});

test('an unreadable or odd configuration is no reason to lose mail', async () => {
  using site = new InjectSpool();
  const absent = await inject(['--site', site.folder, '-f', '', list]);
  assert.equal(absent.code, 75);
  assert.match(absent.output, /^listmill-inject: cannot read .*listmill\.toml.* --spool DIR/);
  mkdirSync(join(site.folder, 'config'));
  const file = join(site.folder, 'config', 'listmill.toml');
  writeFileSync(file, 'spool = "C:\\\\spool"\n');
  const odd = await inject(['--site', site.folder, '-f', '', list]);
  assert.equal(odd.code, 75);
  assert.match(odd.output, /cannot make out the line "spool = \.\.\."/);
  chmodSync(file, 0o600);
});
