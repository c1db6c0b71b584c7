import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openStore } from '../../src/store/store.ts';
import { listWith, opened } from './opened.ts';

const program = join(import.meta.dirname, 'writer.js');

function writer(...args: readonly string[]): ChildProcess {
  return fork(program, args, { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
}

async function ended(child: ChildProcess): Promise<void> {
  let said = '';
  child.stderr?.on('data', (text) => {
    said += String(text);
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 0, said);
}

function saying(child: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve) => {
    child.on('message', (said) => {
      if (said === word) resolve();
    });
  });
}

describe('several processes', () => {
  test('may make and open the database at the same time', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'listmill-race-'));
    const path = join(folder, 'listmill.db');
    const names = ['a', 'b', 'c', 'd'];
    await Promise.all(names.map((name) => ended(writer('open', path, name))));
    const store = await openStore(path, { now: () => 1 });
    assert.deepEqual(
      await store.domains(),
      names.map((name) => `${name}.example`),
    );
    assert.deepEqual(await store.integrity(), []);
    store.close();
    rmSync(folder, { recursive: true });
  });

  test('number the postings of one list without a gap and without a double', async () => {
    await using at = await opened();
    const cats = await listWith(at, 'cats');
    const each = 100;
    const names = ['a', 'b', 'c'];
    const others = names.map((name) => ended(writer('postings', at.path, name, String(each))));
    // Meanwhile a person works on the list.
    const stage = await at.store.stage(cats, 'test');
    await stage.import(false);
    stage.close();
    await at.store.as('test').changeSettings(cats, [{ name: 'maxBytes', value: 5 }]);
    await Promise.all(others);
    const numbers = await Promise.all(
      names.flatMap((name) =>
        Array.from({ length: each }, (_, n) => at.store.postingNumber(cats, `${name}x${n}`)),
      ),
    );
    const expected = Array.from({ length: each * names.length }, (_, n) => n + 1);
    assert.deepEqual(
      numbers.toSorted((a, b) => Number(a) - Number(b)),
      expected,
    );
  });

  test('an import that is killed leaves nothing, or is whole', async (t) => {
    await using at = await opened();
    const cats = await listWith(at, 'cats');
    const count = 20_000;
    const outcomes = new Map<number, number>();
    let done = 0;
    for (const waitMs of [undefined, 0, 10, 30, 60, 100, 150, 250]) {
      const child = writer('bulk', at.path, `k${waitMs ?? 'r'}x`, String(count));
      const closed = once(child, 'close');
      await saying(child, waitMs === undefined ? 'reading' : 'importing');
      await delay(waitMs ?? 0);
      child.kill('SIGKILL');
      await closed;
      // Whoever opens the books next ends what was begun.
      (await openStore(at.path, { now: () => 1 })).close();
      const { member } = await at.store.countMembers(cats);
      assert.ok([0, count].includes(member - done), `${member - done} of ${count} are there`);
      outcomes.set(waitMs ?? -1, member - done);
      done = member;
      assert.equal((await at.store.counts()).addresses, member);
    }
    assert.equal(outcomes.get(-1), 0, 'killed while it read');
    assert.deepEqual(await at.store.integrity(), []);
    t.diagnostic(`there after a kill so many ms into it: ${JSON.stringify([...outcomes])}`);
  });
});
