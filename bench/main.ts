/** `npm run bench [-- NAME...] [--json FILE]`: measures, prints a table, fails when a row falls short. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Result } from './row.ts';
import { rows } from './rows/index.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, list: { type: 'boolean' } },
});

if (values.list) {
  for (const row of rows) console.log(`${row.name.padEnd(16)} ${row.what}`);
} else {
  process.exitCode = await main();
}

async function main(): Promise<number> {
  const unknown = positionals.filter((name) => !rows.some((row) => row.name === name));
  if (unknown.length > 0) {
    console.error(
      `no row ${unknown.join(', ')}; there are ${rows.map((row) => row.name).join(', ')}`,
    );
    return 64;
  }
  const wanted = rows.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const results: Result[] = [];
  for (const row of wanted) {
    console.error(`-- ${row.name}: ${row.what}`);
    results.push(...(await row.run((line) => console.error(`   ${line}`))));
  }
  const width = Math.max(...results.map(({ name }) => name.length));
  for (const { name, value, unit, wanted: limit, holds } of results) {
    const figure = `${value} ${unit}`.padEnd(26);
    console.log(`${holds ? ' ' : '!'} ${name.padEnd(width)}  ${figure} ${limit}`);
  }
  if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
  return results.every(({ holds }) => holds) ? 0 : 1;
}
