import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Command } from '../../src/cli/command.ts';
import { verbs } from '../../src/cli/verbs.ts';
import { exit } from '../../src/ground/errors.ts';
import { makeList, makeSite } from '../site.ts';
import { call } from './called.ts';

const program = join(import.meta.dirname, '../../src/cli/main.js');

describe('the program', () => {
  test('has every verb in its help, and every exit code', async () => {
    const { code, out } = await call('--help');
    assert.equal(code, exit.ok);
    for (const { name } of verbs) assert.match(out, new RegExp(`^  ${name} `, 'm'));
    const codes = [0, 1, 64, 65, 66, 69, 70, 73, 74, 75, 77, 78];
    for (const known of codes) assert.match(out, new RegExp(`^ +${known}  \\w`, 'm'));
  });

  test('finds in each file the verb that its table promises', async () => {
    const io = {
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      isTerminal: false,
      site: () => Promise.reject(new Error('nobody asks for the site yet')),
      siteOption: undefined,
      cwd: '/',
      now: () => 0,
      exit: () => {},
    };
    for (const { name, load } of verbs) {
      const whole = new Command();
      (await load())(whole, io);
      assert.ok(
        whole.commands.some((command) => command.name() === name),
        name,
      );
    }
  });

  test('says what is wrong with a command line, and ends with 64', async () => {
    for (const words of [
      'nonsense',
      'list nonsense',
      'list show',
      'list ls --nope',
      'member ls a b',
    ]) {
      const { code, out, err } = await call(words);
      assert.equal(code, exit.usage, words);
      assert.equal(out, '');
      assert.match(err, /error: /);
    }
    assert.match((await call('lsit')).err, /Did you mean list\?/);
  });

  test('helps with one verb, also with "help"', async () => {
    for (const words of ['member import --help', 'help member', '--site /nowhere list --help']) {
      const { code, out } = await call(words);
      assert.equal(code, exit.ok, words);
      assert.match(out, /^Usage: listmill (member|list)/);
    }
  });

  test('says how to make a site where there is none', async () => {
    const { code, err } = await call('list ls', { site: '/nowhere' });
    assert.equal(code, exit.config);
    assert.match(err, /"listmill init \/nowhere" makes one/);
  });

  test('takes the site from --site before and behind the verb, and from the folder', async () => {
    await using site = await makeSite();
    for (const words of [`--site ${site.root} domain ls`, `--site=${site.root} domain ls`]) {
      assert.equal((await call(words)).code, exit.ok, words);
    }
    assert.equal((await call('domain ls', { cwd: site.root })).code, exit.ok);
    const { LISTMILL_SITE: before } = process.env;
    process.env['LISTMILL_SITE'] = site.root;
    assert.equal((await call('domain ls')).code, exit.ok);
    assert.equal((await call('domain ls', { site: '/nowhere' })).code, exit.config);
    if (before === undefined) delete process.env['LISTMILL_SITE'];
    else process.env['LISTMILL_SITE'] = before;
  });

  test('ends quietly when nobody reads on', async () => {
    await using site = await makeSite();
    await makeList(site, 'big@example.org', 20_000);
    const child = spawn(process.execPath, [program, '--site', site.root, 'member', 'ls', 'big'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let err = '';
    child.stderr.on('data', (text) => {
      err += String(text);
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const [code, signal] = await once(child, 'close');
    assert.deepEqual({ code, signal, err }, { code: 0, signal: null, err: '' });
  });

  test('writes completion scripts that know all verbs', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { code, out } = await call(`completion ${shell}`);
      assert.equal(code, exit.ok);
      for (const { name } of verbs) assert.ok(out.includes(name), `${shell}: ${name}`);
      assert.match(out, /--allow-shrink/);
    }
    assert.equal((await call('completion tcsh')).code, exit.usage);
  });

  test('writes a bash script that bash completes with', async () => {
    const { out } = await call('completion bash');
    const script = `${out}\nCOMP_WORDS=(listmill member im); COMP_CWORD=2; _listmill
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const bash = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    bash.stdout.on('data', (text) => {
      said += String(text);
    });
    await once(bash, 'close');
    assert.equal(said, 'import\n');
  });
});
