import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { realDisk } from '../../src/ground/disk.ts';

const mebibyte = 1024 * 1024;
const pieceBytes = 65_536;

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
