/** `npm run bench [-- NAME...] [--json FILE]`: measures, prints a table, fails when a row falls short. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { endAll } from './ends.ts';
import { failed, type Result, type Row } from './row.ts';
import { rows } from './rows/index.ts';
import { within } from './suite.ts';
import { wrongInFull, wrongInLine } from './wrong.ts';

/** No row takes longer on a machine that works. */
const rowMs = 600_000;
const namedRowMs = 3_600_000;

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
  const wanted = rows.filter(({ name, onlyNamed }) =>
    positionals.length === 0 ? !onlyNamed : positionals.includes(name),
  );
  const results: Result[] = [];
  for (const row of wanted) {
    results.push(...(await runRow(row)));
    if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
  }
  const width = Math.max(...results.map(({ name }) => name.length));
  for (const { name, value, unit, wanted: limit, holds } of results) {
    const figure = (unit.startsWith('no') ? unit : `${value} ${unit}`).padEnd(26);
    console.log(`${holds ? ' ' : '!'} ${name.padEnd(width)}  ${figure} ${limit}`);
  }
  return results.every(({ holds }) => holds) ? 0 : 1;
}

/** One row; what goes wrong in it is a row that does not hold, and the others go on. */
async function runRow(row: Row): Promise<readonly Result[]> {
  console.error(`-- ${row.name}: ${row.what}`);
  const say = (line: string): void => console.error(`   ${line}`);
  try {
    return await within(row.onlyNamed ? namedRowMs : rowMs, row.name, row.run(say));
  } catch (error) {
    say(wrongInFull(error));
    return [failed(row.name, wrongInLine(error))];
  } finally {
    endAll();
  }
}
