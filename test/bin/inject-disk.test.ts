import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { InjectSpool, inject, shells } from './injecting.ts';

const list = 'dev@lists.example';
const envelope = ['-f', 'ann@home.example', list];
const isRoot = process.getuid?.() === 0;
const notRoot = isRoot ? false : 'only root can act for two users';
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

/** What only a disk of our own can show; a limit on file sizes stands in for the rest. */
const noDisk = diskMissing();

function diskMissing(): string | false {
  using disk = mountSpool('size=64k');
  return disk ? false : 'no file system can be mounted here';
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
}

test('a disk that fills up at the entry, not at the message, is 75 too', {
  skip: noDisk,
}, async () => {
  using disk = mountSpool('size=64k');
  assert.ok(disk);
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

test('a disk without room for another folder is 75', { skip: noDisk }, async () => {
  using disk = mountSpool('nr_inodes=6');
  assert.ok(disk);
  const ending = await inject([...disk.args, ...envelope]);
  assert.equal(ending.code, 75);
  assert.match(ending.output, /"df -i"/);
  disk.assertEmpty();
});

test('a disk that is read-only is 75, and says so', { skip: noDisk }, async () => {
  using disk = mountSpool('size=1m');
  assert.ok(disk);
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

test('what root puts into the spool of another belongs to that one', {
  skip: notRoot,
}, async () => {
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

test('a user who cannot share with the owner of the spool gets 75', { skip: notRoot }, async () => {
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
