import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { realDisk } from '../../src/ground/disk.ts';
import { memoryAtRest } from '../../src/ground/memory.ts';

const mebibyte = 1024 * 1024;
const pieceBytes = 65_536;

test('a process that rests gives back what its work has left', (t) => {
  let collected = 0;
  globalThis.gc = (() => {
    collected += 1;
  }) as typeof gc;
  t.after(() => {
    globalThis.gc = undefined;
  });
  memoryAtRest();
  memoryAtRest();
  assert.equal(collected, 0, 'it has done nothing');
  const left = Buffer.alloc(32 * mebibyte, 1);
  memoryAtRest();
  assert.equal(collected, 1);
  memoryAtRest();
  assert.equal(collected, 1, 'what is not given back is what it needs');
  assert.equal(left.length, 32 * mebibyte);
});

test('what a large stream was read into is let go while more of it comes', async (t) => {
  setFlagsFromString('--expose-gc');
  globalThis.gc = runInNewContext('gc');
  t.after(() => {
    globalThis.gc = undefined;
  });
  const folder = mkdtempSync(join(tmpdir(), 'listmill-pieces-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const before = process.memoryUsage().arrayBuffers;
  let peak = 0;
  await realDisk.stream(join(folder, 'large'), async (write) => {
    for (let bytes = 0; bytes < 48 * mebibyte; bytes += pieceBytes) {
      await write(Buffer.alloc(pieceBytes));
      if (bytes % mebibyte === 0) peak = Math.max(peak, process.memoryUsage().arrayBuffers);
    }
  });
  assert.ok(peak - before < 16 * mebibyte, `${peak - before} bytes lay about`);
});
