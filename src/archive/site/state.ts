/** What a site was made of: how far the index was read, and what must stay the same for that. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { SiteView } from './shown.ts';

/** Made anew when pages of another kind are made. */
const siteVersion = 2;
const fileName = '.listmill-site.json';

const stateSchema = z.object({
  version: z.literal(siteVersion),
  /** What all pages show, as a digest: the file may lie where anybody reads. */
  view: z.string(),
  cursor: z.int(),
  months: z.record(z.string(), z.int()),
});
export type SiteState = { readonly cursor: number; readonly months: ReadonlyMap<string, number> };

const nothing: SiteState = { cursor: -1, months: new Map() };

/** How far a site is; from the beginning where it is not there, or was made for another view. */
export function readState(folder: string, view: SiteView): SiteState {
  const path = join(folder, fileName);
  if (!existsSync(path)) return nothing;
  try {
    const parsed = stateSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (!parsed.success || parsed.data.view !== markOf(view)) return nothing;
    return { cursor: parsed.data.cursor, months: new Map(Object.entries(parsed.data.months)) };
  } catch {
    return nothing;
  }
}

/** The text of the state file. */
export function stateText(view: SiteView, { cursor, months }: SiteState): string {
  const state = {
    version: siteVersion,
    view: markOf(view),
    cursor,
    months: Object.fromEntries(months),
  };
  return `${JSON.stringify(state)}\n`;
}

/** Where the state stands: it is written last. */
export const stateFile = (folder: string): string => join(folder, fileName);

function markOf(view: SiteView): string {
  return createHash('sha256').update(JSON.stringify(view)).digest('hex');
}
