// Runs the tests below the named folders of dist/test with Node's own runner.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const [, , ...args] = process.argv;
const system = args.includes('--system');
const only = args.filter((arg) => !arg.startsWith('--'));

function testsBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((item) => {
    const path = join(folder, item.name);
    if (item.isDirectory()) return testsBelow(path);
    return item.name.endsWith('.test.js') ? [path] : [];
  });
}

const files = testsBelow('dist/test')
  .filter((file) => file.includes('/system/') === system)
  .filter((file) => only.length === 0 || only.some((part) => file.includes(part)))
  .sort();
if (files.length === 0) {
  console.error('no test has such a name');
  process.exit(1);
}
const { status } = spawnSync(
  process.execPath,
  ['--enable-source-maps', '--test', '--test-concurrency=2', ...files],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);
