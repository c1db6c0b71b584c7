/** How long a person waits for a listing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { makeList } from '../../test/site.ts';
import { atMost, percentile, type Row, rounded } from '../row.ts';
import { makeSuite, within } from '../suite.ts';

const program = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const members = 10_000;
const runs = 7;

export const cli: Row = {
  name: 'cli',
  what: '`listmill member ls` of 10,000 members, as a process, wall time',
  async run() {
    await using suite = await makeSuite('');
    await makeList(suite.site, 'cli@lists.example', members);
    const times: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const began = performance.now();
      const lines = await listing(suite.site.root);
      times.push(performance.now() - began);
      if (lines < members) throw new Error(`${lines} lines`);
    }
    return [atMost('cli', rounded(percentile(times, 0.5) / 1000, 3), 's', 0.4)];
  },
};

async function listing(root: string): Promise<number> {
  const child = spawn(
    process.execPath,
    [program, '--site', root, 'member', 'ls', 'cli@lists.example'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let lines = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 10) lines += 1;
  });
  const [code] = (await within(30_000, 'the listing', once(child, 'close'))) as [number];
  if (code !== 0) throw new Error(`member ls ended with ${code}`);
  return lines;
}
