import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Called, call } from './calling.ts';

/** It downloads what is not in npm's cache. */
const installMs = 300_000;

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
    const npm = async (...words: readonly string[]): Promise<void> => {
      const { code, text } = await call(['npm', ...words], { cwd: root, limitMs: installMs });
      assert.equal(code, 0, text);
    };
    // What the package is made of is built already: this very test is part of it. So is the
    // database driver, of the same version: to compile it once more would take a minute.
    await npm('pack', '--ignore-scripts', '--pack-destination', folder);
    const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    await npm('install', '--global', '--ignore-scripts', '--prefix', prefix, join(folder, file));
    const driver = join('node_modules', 'better-sqlite3', 'build');
    const installed = join(prefix, 'lib', 'node_modules', 'listmill');
    cpSync(join(root, driver), join(installed, driver), { recursive: true });
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
    const socketOnly = '/^.lmtp.$/,/^#listen/ s/^#listen = .*/listen = ["unix:run\\/lmtp.sock"]/';
    await ok(['sed', '-i', socketOnly, file]);
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
