import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { command, InjectSpool, inject, shells, startInject, until } from './injecting.ts';

const list = 'dev@lists.example';
const envelope = ['-f', 'ann@home.example', list];
const isRoot = process.getuid?.() === 0;
const nobody = 65534;

/** A disk of its own for a spool, or nothing where none can be mounted. */
function mountSpool(options: string): (InjectSpool & { remount(how: string): void }) | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'listmill-disk-'));
  const mount = (how: string) =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', how, 'tmpfs', folder]).status === 0;
  if (!isRoot || !mount(options)) {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  const spool = new InjectSpool(folder);
  return Object.assign(spool, {
    remount: (how: string) => assert.ok(mount(`remount,${how}`)),
    [Symbol.dispose]: () => {
      spawnSync('umount', [folder]);
      rmSync(folder, { recursive: true });
    },
  });
}

for (const shell of shells) {
  const named = shell.name;

  test(`${named}: a full disk is 75, and leaves nothing`, async () => {
    const disk = mountSpool('size=256k');
    using spool = disk ?? new InjectSpool();
    // Without a disk of our own a limit on file sizes has the same effect on every write.
    const before = disk ? ':' : 'ulimit -f 100';
    const input = Buffer.alloc(1 << 20, 'x');
    const ending = await inject([...spool.args, ...envelope], { shell, input, before });
    assert.equal(ending.code, 75);
    assert.match(ending.output, /listmill-inject: cannot read the message .* "df -h"/);
    spool.assertEmpty();
  });

  // The message of no bytes fits: then it is the shell itself that meets the limit.
  for (const [limit, size] of [
    [100, 1 << 20],
    [0, 0],
  ] as const) {
    test(`${named}: a limit of ${limit} blocks on file sizes is 75, and leaves nothing`, async () => {
      using spool = new InjectSpool();
      const input = Buffer.alloc(size, 'x');
      const before = `ulimit -f ${limit}`;
      const ending = await inject([...spool.args, ...envelope], { shell, input, before });
      assert.equal(ending.code, 75);
      spool.assertEmpty();
    });
  }

  for (const signal of ['HUP', 'INT', 'QUIT', 'PIPE', 'ALRM', 'TERM', 'USR1', 'XCPU'] as const) {
    test(`${named}: SIG${signal} in the middle of the input is 75 at once`, async () => {
      using spool = new InjectSpool();
      const running = startInject([...spool.args, ...envelope], { shell });
      running.process.stdin?.write('Subject: x\n');
      await until('it reads', () => spool.leftovers.length === 1);
      running.process.kill(`SIG${signal}`);
      const ending = await running.ending;
      assert.deepEqual([ending.code, ending.signal], [75, null]);
      await until('it has cleaned up', () => spool.leftovers.length === 0);
      spool.assertEmpty();
    });
  }

  test(`${named}: input that does not end is 75 after the time limit`, async () => {
    using spool = new InjectSpool();
    const running = startInject(['--limit', '1', ...spool.args, ...envelope], { shell });
    running.process.stdin?.write('Subject: x\n');
    const ending = await running.ending;
    assert.equal(ending.code, 75);
    assert.match(ending.output, /time limit of 1 s, about to read the message/);
    await until('it has cleaned up', () => spool.leftovers.length === 0);
    spool.assertEmpty();
  });

  for (const closed of ['<&-', '>&-', '2>&-', '>&- 2>&-']) {
    test(`${named}: started with ${closed}, it takes the message or says 75`, async () => {
      using spool = new InjectSpool();
      const ending = await inject([...spool.args, ...envelope], {
        shell,
        input: 'x',
        before: `exec ${closed}`,
      });
      assert.equal(ending.code, closed === '<&-' ? 75 : 0);
      assert.equal(spool.taken().length, closed === '<&-' ? 0 : 1);
      assert.deepEqual(spool.leftovers, []);
    });
  }
}

test('a disk that fills up at the entry, not at the message, is 75 too', async () => {
  using disk = mountSpool('size=64k');
  if (!disk) return;
  // Every size up to full: at one of them the message fits and the entry does not.
  const codes = new Set<number | null>();
  for (let pages = 8; pages <= 16; pages += 1) {
    const input = Buffer.alloc(pages * 4096, 'x');
    codes.add((await inject([...disk.args, ...envelope], { input })).code);
    assert.deepEqual(disk.leftovers, []);
    for (const { bytes } of disk.taken()) assert.ok(bytes.equals(input));
    rmSync(join(disk.folder, 'incoming', 'new', '5'), { recursive: true });
    mkdirSync(join(disk.folder, 'incoming', 'new', '5'));
  }
  assert.deepEqual([...codes].sort(), [0, 75]);
});

test('a disk without room for another folder is 75', async () => {
  using disk = mountSpool('nr_inodes=6');
  if (!disk) return;
  const ending = await inject([...disk.args, ...envelope]);
  assert.equal(ending.code, 75);
  assert.match(ending.output, /"df -i"/);
  disk.assertEmpty();
});

test('a disk that is read-only is 75, and says so', async () => {
  using disk = mountSpool('size=1m');
  if (!disk) return;
  disk.remount('ro');
  const ending = await inject([...disk.args, ...envelope]);
  assert.equal(ending.code, 75);
  assert.match(ending.output, /read-only/i);
  disk.assertEmpty();
});

test('a spool that may not be written is 75, and says who may not', async () => {
  using spool = new InjectSpool();
  chmodSync(spool.folder, 0o755);
  for (const folder of ['', 'tmp', 'new', 'new/5']) {
    chmodSync(join(spool.folder, 'incoming', folder), 0o555);
  }
  const options = isRoot ? { uid: nobody } : {};
  const ending = await inject([...spool.args, ...envelope], options);
  assert.equal(ending.code, 75);
  assert.match(ending.output, /the user \S+ may not write in \S+tmp; let the MTA run this/);
  spool.assertEmpty();
});

test('what root puts into the spool of another belongs to that one', async () => {
  if (!isRoot) return;
  using spool = new InjectSpool();
  const incoming = join(spool.folder, 'incoming');
  // Missing folders are made, and must not be root's either.
  rmSync(join(incoming, 'new'), { recursive: true });
  for (const folder of ['', 'tmp']) chownSync(join(incoming, folder), nobody, nobody);
  assert.equal((await inject([...spool.args, ...envelope, 'two@lists.example'])).code, 0);
  assert.equal(spool.taken().length, 2);
  for (const name of readdirSync(incoming, { recursive: true, encoding: 'utf8' })) {
    const { uid, gid } = statSync(join(incoming, name));
    assert.deepEqual([uid, gid], [nobody, nobody], name);
  }
});

test('a user who cannot share with the owner of the spool gets 75', async () => {
  if (!isRoot) return;
  using spool = new InjectSpool();
  chmodSync(spool.folder, 0o755);
  for (const folder of ['', 'tmp', 'new', 'new/5']) {
    chmodSync(join(spool.folder, 'incoming', folder), 0o777);
  }
  const ending = await inject([...spool.args, ...envelope], { uid: nobody });
  assert.equal(ending.code, 75);
  assert.match(ending.output, /is not in the group of .*incoming; let the MTA run this/);
  spool.assertEmpty();
});

test('a spool that is not there is 75, and says how to make one', async () => {
  const ending = await inject(['--spool', '/nonexistent/spool', ...envelope]);
  assert.equal(ending.code, 75);
  assert.match(ending.output, /no folder .*\/nonexistent\/spool\/incoming.*listmill init/);
});

test('a time limit that is none, or too long for an MTA, is 75', async () => {
  using spool = new InjectSpool();
  for (const limit of ['0', '901', '-1', 'x', '']) {
    const ending = await inject(['--limit', limit, ...spool.args, ...envelope]);
    assert.equal(ending.code, 75, limit);
    assert.match(ending.output, /wanted: 1 to 900 seconds/);
  }
  spool.assertEmpty();
});

const tools = ['date', 'mkdir', 'cat', 'sha256sum', 'sync', 'mv', 'rm', 'sleep', 'ln', 'cp'];
const replaceable = new Set(['sha256sum', 'rm', 'sleep', 'ln', 'cp']);

for (const missing of tools) {
  const code = replaceable.has(missing) ? 0 : 75;
  test(`without ${missing} on the PATH it is ${code}`, async () => {
    using spool = new InjectSpool();
    using path = new InjectSpool();
    for (const tool of tools.filter((name) => name !== missing)) {
      const found = spawnSync('/bin/sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' });
      symlinkSync(found.stdout.trim(), join(path.folder, tool));
    }
    const args = [...spool.args, ...envelope, 'two@lists.example'];
    const ending = await inject(args, { input: 'x', env: { PATH: path.folder } });
    assert.equal(ending.code, code, ending.output);
    if (code === 75) spool.assertEmpty();
    else assert.equal(spool.taken().length, 2);
    for (const { meta } of spool.taken()) {
      assert.equal(meta.message.digest === null, missing === 'sha256sum');
    }
  });
}

test('half a message, whose giver was killed, is not taken', async () => {
  using spool = new InjectSpool();
  const pipe = join(spool.folder, 'pipe');
  spawnSync('mkfifo', [pipe]);
  const line = '"$@" <"$0" 2>"$0.err" & exec sleep 100';
  const words = [line, pipe, command, ...spool.args, ...envelope];
  const giver = spawn('/bin/sh', ['-c', ...words], { stdio: 'ignore' });
  const input = openSync(pipe, 'w');
  writeSync(input, 'Subject: x\n\nhalf of i');
  await until('it reads', () => spool.leftovers.length === 1);
  giver.kill('SIGKILL');
  await once(giver, 'exit');
  closeSync(input);
  await until('it has ended', () => readFileSync(`${pipe}.err`, 'utf8').includes('cut off'));
  await until('it has cleaned up', () => spool.leftovers.length === 0);
  spool.assertEmpty();
});
