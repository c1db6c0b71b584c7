import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, symlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { command, InjectSpool, inject, shells, startInject, until } from './injecting.ts';

const list = 'dev@lists.example';
const envelope = ['-f', 'ann@home.example', list];

for (const shell of shells) {
  const named = shell.name;

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

  for (const signal of ['USR2', 'VTALRM'] as const) {
    // Whoever started us may ignore it: `perf record` does so with USR2.
    test(`${named}: where ${signal} is ignored, it ends when it is done`, async () => {
      using spool = new InjectSpool();
      const before = `trap '' ${signal}`;
      const ending = await inject([...spool.args, ...envelope], { shell, input: 'x', before });
      assert.equal(ending.code, 0, ending.output);
      assert.equal(spool.taken().length, 1);
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
test('a time limit that is none, or too long for an MTA, is 75', async () => {
  using spool = new InjectSpool();
  for (const limit of ['0', '901', '-1', 'x', '']) {
    const ending = await inject(['--limit', limit, ...spool.args, ...envelope]);
    assert.equal(ending.code, 75, limit);
    assert.match(ending.output, /wanted: 1 to 900 seconds/);
  }
  spool.assertEmpty();
});

test('a command that does not even answer its time limit is killed', async () => {
  using spool = new InjectSpool();
  const running = startInject(['--limit', '1', ...spool.args, ...envelope]);
  await until('it reads', () => spool.leftovers.length === 1);
  running.process.kill('SIGSTOP');
  const ending = await running.ending;
  assert.equal(ending.signal, 'SIGKILL');
  assert.deepEqual(spool.taken(), []);
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
