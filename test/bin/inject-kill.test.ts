import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type Injecting,
  InjectSpool,
  inject,
  type Shell,
  shells,
  startInject,
  until,
} from './injecting.ts';

const recipients = ['dev@lists.example', 'two@lists.example'];
const input = Buffer.from('Subject: x\n\n\0hello\r');

/** The tools that the command runs one after the other; its time limit (sleep) runs beside. */
const tools = ['date', 'mkdir', 'cat', 'sha256sum', 'ln', 'cp', 'sync', 'mv', 'rm', 'id'];

/** What the n-th tool does besides its work. */
type Blow = {
  readonly at: number;
  readonly when: 'before' | 'after';
  readonly signal: 'KILL' | 'TERM' | 'ALRM';
  /** The command itself, or the tool. */
  readonly victim: 'command' | 'tool';
};

/**
 * A folder of tools that count their calls and strike at one of them. The command's process
 * id is in a file, as the shell that becomes the command writes it there.
 */
class Tools {
  readonly folder: string;

  constructor(parent: string, shell: Shell) {
    this.folder = join(parent, 'tools');
    mkdirSync(this.folder);
    for (const tool of tools) {
      const { stdout } = spawnSync('/bin/sh', ['-c', `command -v ${tool}`], {
        encoding: 'utf8',
        env: { PATH: shell.path },
      });
      const path = join(this.folder, tool);
      writeFileSync(path, this.#script(stdout.trim()));
      chmodSync(path, 0o755);
    }
    writeFileSync(join(this.folder, 'count'), '0\n');
  }

  /**
   * Only builtins of the shell, or the tools would strike at themselves. A command that lives
   * on may kill its tool, so the tool must then be the real one; otherwise its end is noted.
   */
  #script(real: string): string {
    return `#!/bin/sh
strike() {
  [ "$AT" = "$n" ] && [ "$WHEN" = "$1" ] || return 0
  read -r victim <"${this.folder}/pid"
  [ "$VICTIM" = command ] || victim=$$
  kill "-$SIGNAL" "$victim"
}
read -r n <"${this.folder}/count"
n=$((n + 1))
echo $n >"${this.folder}/count"
strike before
[ "$SIGNAL" = KILL ] || [ "$WHEN" = after ] || exec ${real} "$@"
${real} "$@"
status=$?
strike after
[ "$AT" = "$n" ] && : >"${this.folder}/struck"
exit $status
`;
  }

  get calls(): number {
    return Number(readFileSync(join(this.folder, 'count'), 'utf8'));
  }

  async inject(spool: InjectSpool, shell: Shell, blow?: Blow) {
    const { at = 0, when = '', signal = '', victim = '' } = blow ?? {};
    const args = [...spool.args, '-f', 'ann@home.example', ...recipients];
    const env = {
      PATH: `${this.folder}:${shell.path}`,
      AT: String(at),
      WHEN: when,
      SIGNAL: signal,
      VICTIM: victim,
    };
    const before = `echo $$ >"${this.folder}/pid"`;
    const running = startInject(args, { shell, input, env, before });
    if (signal === 'KILL' && victim === 'command') await this.#bury(running);
    return await running.ending;
  }

  /** What the dead command was running is let go on to its end; then its time limit is ended. */
  async #bury({ process: child }: Injecting): Promise<void> {
    await once(child, 'exit');
    await until('the tool has ended', () => existsSync(join(this.folder, 'struck')));
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }
}

function assertWhole(spool: InjectSpool): void {
  for (const { bytes } of spool.taken()) assert.ok(bytes.equals(input), 'half a message');
}

function assertAllOnce(spool: InjectSpool): void {
  assertWhole(spool);
  const found = spool.taken().map(({ meta }) => meta.recipient);
  assert.deepEqual(found.sort(), recipients);
  assert.deepEqual(spool.leftovers, []);
}

/** How many tools an undisturbed run needs. */
async function countCalls(shell: Shell): Promise<number> {
  using spool = new InjectSpool();
  const counted = new Tools(spool.folder, shell);
  assert.equal((await counted.inject(spool, shell)).code, 0);
  assertAllOnce(spool);
  return counted.calls;
}

// busybox runs its own tools without looking at the PATH, so nothing can strike there.
for (const shell of shells.filter(({ name }) => name !== 'busybox')) {
  test(`${shell.name}: killed with -9 at any tool, it leaves whole entries or none`, async () => {
    const calls = await countCalls(shell);
    for (let at = 1; at <= calls; at += 1) {
      for (const when of ['before', 'after'] as const) {
        using spool = new InjectSpool();
        const struck = new Tools(spool.folder, shell);
        const blow = { at, when, signal: 'KILL', victim: 'command' } as const;
        const ending = await struck.inject(spool, shell, blow);
        assert.equal(ending.signal, 'SIGKILL', JSON.stringify(blow));
        assertWhole(spool);
        // Two entries are moved and one folder synced: before that nobody sees anything.
        if (at < calls - 2) assert.deepEqual(spool.taken(), []);
      }
    }
  });

  for (const signal of ['TERM', 'ALRM'] as const) {
    test(`${shell.name}: SIG${signal} at any tool: all is taken and it says 0, or 75`, async () => {
      const calls = await countCalls(shell);
      const codes = new Set<number | null>();
      for (let at = 1; at <= calls; at += 1) {
        for (const when of ['before', 'after'] as const) {
          using spool = new InjectSpool();
          const struck = new Tools(spool.folder, shell);
          const blow = { at, when, signal, victim: 'command' } as const;
          const { code, output } = await struck.inject(spool, shell, blow);
          codes.add(code);
          if (code === 0) assertAllOnce(spool);
          else {
            assert.equal(code, 75, `${JSON.stringify(blow)}: ${output}`);
            spool.assertEmpty();
          }
        }
      }
      assert.ok(codes.has(75));
    });
  }

  test(`${shell.name}: a tool that is killed costs the message nothing`, async () => {
    const calls = await countCalls(shell);
    for (let at = 1; at <= calls; at += 1) {
      for (const when of ['before', 'after'] as const) {
        using spool = new InjectSpool();
        const struck = new Tools(spool.folder, shell);
        const blow = { at, when, signal: 'KILL', victim: 'tool' } as const;
        const { code, output } = await struck.inject(spool, shell, blow);
        if (code === 0) assertAllOnce(spool);
        else {
          assert.equal(code, 75, `${JSON.stringify(blow)}: ${output}`);
          spool.assertEmpty();
        }
      }
    }
  });
}

test('a message costs seven tools, and one more that keeps the time', async () => {
  using spool = new InjectSpool();
  const [shell] = shells;
  assert.ok(shell);
  const counted = new Tools(spool.folder, shell);
  const env = { PATH: `${counted.folder}:${shell.path}` };
  const args = [...spool.args, '-f', 'ann@home.example', 'dev@lists.example'];
  assert.equal((await inject(args, { shell, input, env })).code, 0);
  assert.equal(counted.calls, 7);
});
