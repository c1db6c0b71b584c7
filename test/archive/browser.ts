/** Debian's Chromium, where it is there, each time with a profile of its own. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const browser = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

/** Opens a page, without a window, and gives what is printed. */
export async function opened(page: string, ...more: readonly string[]): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), 'listmill-browser-'));
  const args = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    `--user-data-dir=${profile}`,
    // A page in a frame may say what it is like.
    '--allow-file-access-from-files',
    '--virtual-time-budget=10000',
    ...more,
    `file://${page}`,
  ];
  try {
    const { stdout } = await promisify(execFile)(browser ?? '', args, {
      maxBuffer: 1 << 26,
      timeout: 60_000,
    });
    return stdout;
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
