/** The programs that are started as processes of their own: known by path, never imported. */
import { fileURLToPath } from 'node:url';

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/** `main.js SITE_ROOT [--only RUNNER]...`: the master. */
export const masterProgram: string = pathOf('../master/main');

/** `process.js SITE_ROOT RUNNER SLOT`: a worker. */
export const workerProgram: string = pathOf('./process');

function pathOf(module: string): string {
  return fileURLToPath(new URL(`${module}.${extension}`, import.meta.url));
}
