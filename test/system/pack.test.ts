import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Called, call } from './calling.ts';

/** The database driver is compiled: a minute of one core, more on a machine that is busy. */
const installMs = 540_000;

describe('the package, installed for all users', () => {
  const folder = mkdtempSync(join(tmpdir(), 'listmill-pack-'));
  const prefix = join(folder, 'prefix');
  const site = join(folder, 'site');
  const environment = { PATH: `${join(prefix, 'bin')}:${process.env['PATH']}` };
  const root = join(import.meta.dirname, '..', '..', '..');

  /** As a person calls it, from a folder that is not ours. */
  const run = (words: readonly string[], input = ''): Promise<Called> =>
    call(words, { cwd: '/', environment, input });
  const ok = async (words: readonly string[], input = ''): Promise<string> => {
    const { code, text } = await run(words, input);
    assert.equal(code, 0, `${words.join(' ')}: ${text}`);
    return text;
  };

  before(async () => {
    const npm = { cwd: root, environment: { npm_config_build_from_source: 'true' } };
    // What the package is made of is built already: this very test is part of it.
    const packed = await call(
      ['npm', 'pack', '--ignore-scripts', '--pack-destination', folder],
      npm,
    );
    assert.equal(packed.code, 0, packed.text);
    const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    const words = ['npm', 'install', '--global', '--prefix', prefix, join(folder, file)];
    const installed = await call(words, { ...npm, limitMs: installMs });
    assert.equal(installed.code, 0, installed.text);
  });

  after(async () => {
    await run(['listmill', '--site', site, 'stop']);
    rmSync(folder, { recursive: true, force: true });
  });

  test('puts listmill and listmill-inject on the PATH', async () => {
    assert.match(await ok(['listmill', '--version']), /^\d+\.\d+\.\d+\n$/);
    const { code, text } = await run(['listmill-inject', '--help']);
    assert.equal(code, 64);
    assert.match(text, /usage: listmill-inject/);
  });

  test('makes a site, starts it, takes mail and stops, from any folder', async () => {
    await ok(['listmill', 'init', site]);
    const file = join(site, 'config', 'listmill.toml');
    await ok(['sed', '-i', 's/^#listen = .*/listen = ["unix:run\\/lmtp.sock"]/', file]);
    await ok(['listmill', '--site', site, 'domain', 'add', 'lists.example']);
    await ok(['listmill', '--site', site, 'list', 'create', 'cats@lists.example']);
    await ok(['listmill', '--site', site, 'start']);
    await ok(['listmill', '--site', site, 'status', '--quiet']);
    const message = 'From: ann@people.example\nTo: cats@lists.example\nSubject: hello\n\nHello!\n';
    const inject = ['listmill-inject', '--site', site, '-f', 'ann@people.example'];
    await ok([...inject, 'cats@lists.example'], message);
    // A stranger's posting is held: it has been through the way in and the rules.
    const isHeld = async (): Promise<boolean> =>
      (await ok(['listmill', '--site', site, 'held', 'ls'])).includes('hello');
    for (let tries = 0; !(await isHeld()); tries += 1) {
      assert.ok(tries < 100, 'the posting was not held');
    }
    assert.match(await ok(['listmill', '--site', site, 'stop']), /stopped/);
    assert.equal((await run(['listmill', '--site', site, 'status', '--quiet'])).code, 3);
  });

  test('brings the documents, and nothing of the tests', () => {
    const inside = readdirSync(join(prefix, 'lib', 'node_modules', 'listmill'));
    for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE', 'config', 'docs']) {
      assert.ok(inside.includes(name), name);
    }
    assert.deepEqual(readdirSync(join(prefix, 'lib', 'node_modules', 'listmill', 'dist')).sort(), [
      'runners',
      'src',
    ]);
  });
});
