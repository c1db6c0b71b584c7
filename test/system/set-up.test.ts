/** What `npm run demo` and `npm test` do first: install and build once, and no second time. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..', '..', '..');

test('the set-up installs once, again when what is wanted changes, and builds each time', () => {
  const folder = mkdtempSync(join(tmpdir(), 'listmill-set-up-'));
  const [tools, calls] = [join(folder, 'tools'), join(folder, 'calls')];
  mkdirSync(tools);
  for (const name of ['npm', 'npx']) {
    const line = `echo "${name} $1 $2" >>"${calls}"; mkdir -p node_modules`;
    writeFileSync(join(tools, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(tools, name), 0o755);
  }
  copyFileSync(join(root, '.ci', 'setup.mjs'), join(folder, 'setup.mjs'));
  const lock = join(folder, 'package-lock.json');
  writeFileSync(lock, '{}');
  const called = (): string[] => {
    rmSync(calls, { force: true });
    const PATH = `${tools}${delimiter}${process.env['PATH']}`;
    const { status } = spawnSync(process.execPath, ['setup.mjs'], {
      cwd: folder,
      env: { ...process.env, PATH },
    });
    assert.equal(status, 0);
    return existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [];
  };
  const build = 'npx --no-install tsc';
  assert.deepEqual(called(), ['npm ci --no-fund', build]);
  assert.deepEqual(called(), [build]);
  writeFileSync(lock, '{"changed":true}');
  assert.deepEqual(called(), ['npm ci --no-fund', build]);
  rmSync(folder, { recursive: true });
});

test('each command that a fresh clone is told of sets up first', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const name of ['test', 'test:system', 'demo', 'bench', 'torture']) {
    assert.equal(scripts[`pre${name}`], 'node .ci/setup.mjs', name);
  }
});
