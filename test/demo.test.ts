import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { members, postings } from '../bench/demo/cast.ts';
import { copiesOf } from '../bench/demo/delivered.ts';
import { run } from '../bench/demo/place.ts';
import { nodesNaming } from '../bench/processes.ts';

const program = fileURLToPath(new URL('../bench/demo.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'listmill-demo-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the demo with a folder for temporary files of its own. */
async function demo(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ code: number; text: string; place: string }> {
  const tmp = mkdtempSync(join(folder, 'run-'));
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, TMPDIR: tmp, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const [code] = (await once(child, 'close')) as [number];
  const [place] = readdirSync(tmp);
  return { code, text, place: place === undefined ? '' : join(tmp, place) };
}

test('the demo hands each posting to every member once, leaves the copies and stops all', async () => {
  const { code, text, place } = await demo([]);
  assert.equal(code, 0, text);
  for (const { subject } of postings) {
    const { times } = copiesOf(join(place, 'delivered'), subject);
    assert.deepEqual([...times.keys()].sort(), members.map(({ address }) => address).sort());
    assert.ok([...times.values()].every((count) => count === 1));
  }
  for (const runner of ['lmtp', 'pipe', 'incoming', 'pipeline', 'archive', 'mailing', 'outgoing']) {
    assert.match(text, new RegExp(`^ +\\d+ ms  ${runner} `, 'm'));
  }
  assert.match(text, /handed over +24 recipients/);
  assert.match(text, /first recipient after \d+ ms/);
  assert.deepEqual(nodesNaming(place), []);
  assert.match(await run(join(place, 'listmill'), ['member', 'ls', 'cats']), /ann@people\.example/);
});

test('with --clean it leaves nothing', async () => {
  const { code, text, place } = await demo(['--clean']);
  assert.equal(code, 0, text);
  assert.equal(place, '');
});

test('with --keep the suite runs on, and the stop command that it names stops it', async () => {
  const { code, text, place } = await demo(['--keep']);
  try {
    assert.equal(code, 0, text);
    const command = join(place, 'listmill');
    assert.match(text, new RegExp(`${command} status`));
    assert.match(await run(command, ['status']), /outgoing-1 +idle/);
    await run(join(place, 'stop'), []);
    assert.deepEqual(nodesNaming(place), []);
  } finally {
    for (const pid of nodesNaming(place)) process.kill(pid, 'SIGKILL');
  }
});

test('a posting that does not get through is told with the log, and all is stopped', async () => {
  const { code, text, place } = await demo([], { LISTMILL_INJECT_LIMIT: 'none' });
  assert.equal(code, 1);
  assert.match(text, /The demo failed: .*listmill-inject/);
  assert.match(text, /The last lines of .*listmill\.log:\n\{/);
  assert.ok(existsSync(join(place, 'site')));
  assert.deepEqual(nodesNaming(place), []);
});

test('wrong options are told, and nothing is made', async () => {
  for (const args of [['--keep', '--clean'], ['--fast'], ['cats']]) {
    const { code, text, place } = await demo(args);
    assert.equal(code, 64);
    assert.match(text, /usage: npm run demo/);
    assert.equal(place, '');
  }
});
