/** A message that kills its worker is found, and blocks nobody (I6). */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { entryId } from '../../src/model/ids.ts';
import { readWhy } from '../../src/spool/parked.ts';
import { lay, metaOf } from '../powercut/office.ts';
import { House } from './house.ts';

const program = join(import.meta.dirname, 'poisoned.js');
const poison = 'Subject: poison\r\n\r\nDie.\r\n';

/** Lives until one ends by itself; how the others ended. */
function live(root: string): string[] {
  const deaths: string[] = [];
  for (let lives = 0; lives < 20; lives += 1) {
    const args = [program, root, deaths.at(-1) ?? ''];
    const { status, signal, stderr } = spawnSync(process.execPath, args, { timeout: 60_000 });
    if (status === 0) return deaths;
    deaths.push(signal ? `signal ${signal}` : `exit ${status}: ${stderr}`);
  }
  throw new Error(`it goes on dying: ${deaths.join('; ')}`);
}

test('poison is shunted after three deaths, and the innocent beside it are not', async () => {
  using house = new House();
  for (let n = 0; n < 5; n += 1) await house.put(`a${n}`);
  const meta = { ...metaOf(entryId('killer'), { kind: 'mail', via: 'inject' }, poison) };
  lay(house.root, 'incoming', { ...meta, due: Date.now() }, poison);
  for (let n = 0; n < 15; n += 1) await house.put(`b${n}`);
  const deaths = live(house.root);
  assert.deepEqual(deaths, ['signal SIGKILL', 'signal SIGKILL', 'signal SIGKILL']);
  assert.deepEqual(house.parked('shunt'), ['killer']);
  assert.deepEqual(house.left(), []);
  const why = readWhy(join(house.spool.paths.parking('shunt', 'incoming'), 'killer'));
  assert.equal(why?.reasons[1], 'the last time by signal SIGKILL');
});

test('two poisons among many are both found', async () => {
  using house = new House();
  for (let n = 0; n < 12; n += 1) {
    const kills = n === 3 || n === 4;
    if (!kills) await house.put(`e${n}`);
    else {
      const meta = metaOf(entryId(`killer${n}`), { kind: 'mail', via: 'inject' }, poison);
      lay(house.root, 'incoming', { ...meta, due: Date.now() }, poison);
    }
  }
  const deaths = live(house.root);
  assert(deaths.length <= 6, deaths.join('; '));
  assert.deepEqual(house.parked('shunt'), ['killer3', 'killer4']);
  assert.deepEqual(house.left(), []);
});
