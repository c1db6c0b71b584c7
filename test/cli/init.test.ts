import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { packageFolder } from '../../src/cli/version.ts';
import { parseConfig } from '../../src/ground/config.ts';
import { configSchema } from '../../src/ground/config-schema.ts';
import { exit } from '../../src/ground/errors.ts';
import { call } from './called.ts';

describe('init', () => {
  let folder: string;
  let site: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'listmill-init-'));
    site = join(folder, 'site');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('makes a site that every other verb takes, and says what to do next', async () => {
    const { code, out } = await call('init site', { cwd: folder });
    assert.equal(code, exit.ok);
    assert.match(out, /list create/);
    assert.equal((await call('config check', { site })).code, exit.ok);
    assert.equal((await call('list ls --json', { site })).out, '[]\n');
    const mode = (path: string) => (statSync(join(site, path)).mode & 0o777).toString(8);
    assert.equal(mode('spool/incoming/new/5'), '770');
    assert.equal(mode('spool/outgoing/claimed'), '770');
    assert.equal(mode('var/run'), '770');
    assert.equal(mode('var/keys'), '700');
    assert.equal(mode('var/keys/site.key'), '600');
  });

  test('whose files are for its user and its group, whatever the shell of an admin has set', async () => {
    const before = process.umask(0o077);
    try {
      await call('init site', { cwd: folder });
      await call('domain add example.org', { site });
      await call('list create cats@example.org', { site });
      const input = 'From: ann@example.net\n\nHerring.\n';
      assert.equal((await call('inject cats', { site, input })).code, exit.ok);
    } finally {
      process.umask(before);
    }
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    const at = join(site, 'spool/incoming/new/5');
    const [entry = ''] = readdirSync(at);
    assert.equal(mode(join(at, entry)), '770');
    assert.equal(mode(join(at, entry, 'entry.json')), '660');
    assert.equal(mode(join(at, entry, 'message.eml')), '660');
  });

  test('of a site that is there completes it and changes nothing else', async () => {
    await call('init site', { cwd: folder });
    await call('domain add example.org', { site });
    const key = readFileSync(join(site, 'var/keys/site.key'), 'utf8');
    writeFileSync(join(site, 'config/listmill.toml'), '[log]\nlevel = "warn"\n');
    rmSync(join(site, 'spool/outgoing'), { recursive: true });
    const again = await call('init site', { cwd: folder });
    assert.equal(again.code, exit.ok);
    assert.ok(existsSync(join(site, 'spool/outgoing/new/0')));
    assert.equal(readFileSync(join(site, 'var/keys/site.key'), 'utf8'), key);
    assert.match(readFileSync(join(site, 'config/listmill.toml'), 'utf8'), /warn/);
    assert.match((await call('domain ls', { site })).out, /example\.org/);
    assert.match((await call('init site', { cwd: folder })).out, /complete; nothing was changed/);
  });

  test('refuses a folder with other things in it', async () => {
    mkdirSync(site);
    writeFileSync(join(site, 'letter.txt'), 'Dear');
    const { code, err } = await call('init site', { cwd: folder });
    assert.equal(code, exit.cantCreate);
    assert.match(err, /not empty and no site \(letter\.txt/);
    assert.equal(existsSync(join(site, 'spool')), false);
  });

  test('goes on where an earlier one was interrupted', async () => {
    mkdirSync(join(site, 'config'), { recursive: true });
    writeFileSync(join(site, 'config/listmill.toml'), '');
    mkdirSync(join(site, 'var'));
    writeFileSync(join(site, 'var/listmill.db'), '');
    assert.equal((await call('init site', { cwd: folder })).code, exit.ok);
    assert.equal((await call('domain ls', { site })).code, exit.ok);
  });
});

describe('the default configuration', () => {
  const file = join(packageFolder(), 'config', 'listmill.toml');
  const text = readFileSync(file, 'utf8');
  /** Every key taken out of its comment: prose has a blank behind the `#`. */
  const spoken = text.replaceAll(/^#(?=[a-zA-Z]+ = )/gm, '');

  test('means the same as an empty one', () => {
    const { relay, runners, ...rest } = parseConfig(text, file);
    const { relay: emptyRelay, runners: _, ...emptyRest } = configSchema.parse({});
    assert.deepEqual(rest, emptyRest);
    assert.deepEqual(relay, emptyRelay);
    assert.deepEqual(Object.keys(runners), ['outgoing']);
  });

  test('names every key at its default', () => {
    const spelled = parseConfig(spoken, file);
    const initial = configSchema.parse({ relay: [{}], runners: { outgoing: {} } });
    const optional = { name: 1, user: 1, passwordFile: 1, helo: 1, maxWorkers: 1 };
    const plain = (value: unknown) =>
      JSON.stringify(value, (key, inner) => (key in optional ? undefined : inner), 1);
    assert.equal(plain(spelled), plain(initial));
    const keys = (value: object): string[] =>
      Object.entries(value).flatMap(([key, inner]) =>
        typeof inner === 'object' && inner !== null && !Array.isArray(inner)
          ? [key, ...keys(inner)]
          : [key],
      );
    for (const key of [
      ...keys(initial),
      ...keys(initial.relay[0] ?? {}),
      ...Object.keys(optional),
    ]) {
      assert.match(spoken, new RegExp(`^(\\[+(\\w+\\.)?${key}(\\.\\w+)?\\]|${key} = )`, 'm'), key);
    }
  });
});

describe('config', () => {
  test('check names file, key, what was found and what is wanted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'listmill-config-'));
    await call('init .', { cwd: folder });
    const file = join(folder, 'config/listmill.toml');
    const cases = [
      ['[limits]\ncrashes = 0\n', /limits\.crashes is 0; wanted: at least 1$/m],
      ['[limits]\ncrash = 1\n', /unknown key limits\.crash/],
      ['[lmtp]\nlisten = "x"\n', /lmtp\.listen is "x"; wanted: a list$/m],
      ['[limits]\ncrashes = 1.5\n', /limits\.crashes is 1\.5; wanted: a whole number$/m],
      ['[site]\nowner = "ann"\n', /site\.owner is "ann"; wanted: a mail address$/m],
      ['[log]\nlevel = "loud"\n', /log\.level is "loud"; wanted: one of "trace", "debug"/],
      [
        '[maildir]\nfolders = ["/nowhere/at/all"]\n',
        /maildir\.folders: \/nowhere\/at\/all is not there/,
      ],
      ['[runners.sorting]\nworkers = 1\n', /runners has "sorting"; wanted: outgoing, /],
      ['[rules]\norder = ["lop"]\n', /rules\.order has "lop"; wanted: loop/],
      ['[lmtp]\nlisten = ["8024"]\n', /lmtp\.listen\.0 is "8024"; wanted: HOST:PORT/],
      ['[lmtp]\nlisten = ["a:65536"]\n', /lmtp\.listen\.0 is "a:65536"; wanted: HOST:PORT/],
      [
        '[lmtp]\nlisten = ["unix:/dev/null/s"]\n',
        /lmtp\.listen: \/dev\/null\/s cannot be: .*no folder; wanted:/,
      ],
      [
        `[policy]\nlisten = ["unix:${'d/'.repeat(60)}s"]\n`,
        /policy\.listen: .* has \d+ bytes; wanted:/,
      ],
      [
        '[backup]\nfolder = "/dev/null/x"\n',
        /backup\.folder: .* cannot be: \/dev\/null is no folder/,
      ],
      ['[[relay]]\nuser = "a"\n', /relay\.0\.passwordFile is missing; wanted: one/],
      [
        '[[relay]]\nuser = "a"\npasswordFile = "no/such"\n',
        /relay\.0\.passwordFile: .*\/no\/such is not there; wanted: a file that/,
      ],
      ['[dkim]\nkeys = ["a._domainkey.b.example"]\n', /dkim\.keys: .*\.pem is not there/],
      [
        '[[archiver]]\nkind = "hyperkitty"\nname = "h"\nurl = "http://h"\nkeyFile = "k"\n',
        /archiver\.0\.keyFile: .*var\/k is not there/,
      ],
      ['spool = "/dev/null"\n', /spool: \/dev\/null is no folder/],
      ['[site\n', /listmill\.toml:1:\d+/],
    ] as const;
    for (const [toml, wanted] of cases) {
      writeFileSync(file, toml);
      const { code, err } = await call('config check', { site: folder });
      assert.equal(code, exit.config, toml);
      assert.match(err, wanted);
      assert.ok(err.includes(file), err);
    }
    rmSync(folder, { recursive: true });
  });

  test('show has every key, also as JSON', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'listmill-config-'));
    await call('init .', { cwd: folder });
    const shown = await call('config show', { site: folder });
    assert.match(shown.out, /^outgoing\.batchRecipients = 2000$/m);
    assert.match(shown.out, /^relay\.0\.port = 25$/m);
    const json: unknown = JSON.parse((await call('config show --json', { site: folder })).out);
    assert.deepEqual(Object.keys(Object(json)), ['paths', 'config']);
    rmSync(folder, { recursive: true });
  });
});
