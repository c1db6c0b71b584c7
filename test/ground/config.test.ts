import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findSite, loadConfig } from '../../src/ground/config.ts';

test('the site is the one that is named, else that of the folder, else that of the system', () => {
  const folder = mkdtempSync(join(tmpdir(), 'listmill-config-'));
  const [site, system, empty] = ['site', 'etc', 'empty'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(join(site, 'config'), { recursive: true });
  writeFileSync(join(site, 'config', 'listmill.toml'), '');
  mkdirSync(system);
  mkdirSync(empty);
  const file = join(system, 'listmill.toml');
  assert.throws(() => findSite(undefined, empty, file), /neither .*empty.* nor .*etc.* is there/);
  writeFileSync(file, 'spool = "/var/spool/listmill"\nvar = "/var/lib/listmill"\n');
  assert.equal(findSite(undefined, empty, file), system);
  assert.equal(findSite(undefined, site, file), site);
  assert.equal(findSite('../site', empty, file), site);
  const { paths } = loadConfig(system);
  assert.deepEqual([paths.configFile, paths.spool], [file, '/var/spool/listmill']);
  rmSync(folder, { recursive: true });
});
