// Installs and builds what is missing or out of date; a second run finds nothing to do.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const stamp = 'node_modules/.listmill-stamp';
const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  console.error(`Listmill needs Node 20 or later; this is ${process.version}.`);
  process.exit(1);
}

const wanted = createHash('sha256')
  .update(readFileSync('package-lock.json'))
  .update(process.version)
  .digest('hex');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.log('Installing the dependencies (a minute, once) ...');
  run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error']);
  writeFileSync(stamp, wanted);
}
run('npx', ['--no-install', 'tsc', '-p', '.']);

function run(command, args) {
  // The database driver is compiled here: nothing but the packages themselves is downloaded.
  const env = { ...process.env, npm_config_build_from_source: 'true' };
  try {
    execFileSync(command, args, { stdio: 'inherit', env });
  } catch (error) {
    process.exit(typeof error.status === 'number' ? error.status : 1);
  }
}
