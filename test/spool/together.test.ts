import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Together } from '../../src/spool/together.ts';

test('what comes while others are at it begins together, when all of them are through', async () => {
  const together = new Together();
  const begun: string[] = [];
  const end = new Map<string, (error?: Error) => void>();
  const come = (name: string) =>
    together.run(
      async () => begun.push(name),
      async () => {
        await new Promise<void>((resolve, reject) => {
          end.set(name, (error) => (error ? reject(error) : resolve()));
        });
        return name;
      },
    );
  const first = come('a');
  const failing = assert.rejects(come('b'), /no space/);
  await turn();
  assert.deepEqual(begun, ['a', 'b'], 'of one turn of the loop');
  const later = [come('c'), come('d')];
  end.get('a')?.();
  assert.equal(await first, 'a');
  await turn();
  assert.equal(begun.length, 2, 'one of them is still at it');
  end.get('b')?.(new Error('no space'));
  await failing;
  assert.deepEqual(begun, ['a', 'b', 'c', 'd']);
  await turn();
  for (const name of ['c', 'd']) end.get(name)?.();
  assert.deepEqual(await Promise.all(later), ['c', 'd']);
  const alone = come('e');
  await turn();
  end.get('e')?.();
  assert.equal(await alone, 'e', 'nobody is waited for');
});

test('nobody goes on before all of a group are prepared, or have failed to be', async () => {
  const together = new Together();
  const told: { ready(): void; fail(): void } = { ready: () => undefined, fail: () => undefined };
  let went = 0;
  const go = async () => (went += 1);
  const ready = together.run(async () => 'at once', go);
  const slow = together.run(() => new Promise<void>((resolve) => (told.ready = resolve)), go);
  const failing = assert.rejects(
    together.run(
      () => new Promise((_, reject) => (told.fail = () => reject(new Error('no space')))),
      go,
    ),
    /no space/,
  );
  await turn();
  told.ready();
  await turn();
  assert.equal(went, 0);
  told.fail();
  await Promise.all([ready, slow, failing]);
  assert.equal(went, 2);
});
