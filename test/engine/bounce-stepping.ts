/** The step of the bounce runner, with all that it may ask, for tests. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { Allowance } from '../../src/engine/allowance.ts';
import { bounceStep } from '../../src/engine/bounces.ts';
import { Peers } from '../../src/engine/peers.ts';
import { siteTexts } from '../../src/engine/templates.ts';
import { parseConfig } from '../../src/ground/config.ts';
import { silentLog } from '../../src/ground/log.ts';
import type { EntryMeta } from '../../src/model/entry.ts';
import { entryId } from '../../src/model/ids.ts';
import type { ListView } from '../../src/model/list.ts';
import type { Letter } from '../../src/model/outcome.ts';
import type { Settings } from '../../src/model/settings.ts';
import { cats } from '../literals.ts';
import { paths } from './bounced.ts';

export const key = Buffer.alloc(32, 7);
export const now = Date.UTC(2026, 10, 24, 12);
const folder = mkdtempSync(join(tmpdir(), 'listmill-bounces-'));
after(() => rmSync(folder, { recursive: true }));
/** Return paths of cats@example.com for the mailing `mailone`. */
export const own = paths(key, cats().id);

export type Wish = {
  readonly detail?: string;
  readonly settings?: Partial<Settings>;
  readonly shown?: number;
  readonly toml?: string;
  /** What the list was called before. */
  readonly former?: ListView['former'];
};

/** What the step says of one message. */
export async function step(
  text: string,
  { detail, settings = {}, shown = 0, toml = '', former = [] }: Wish = {},
) {
  const message = join(folder, 'message.eml');
  writeFileSync(message, text);
  const list = { ...cats(settings), former };
  const meta: EntryMeta = {
    version: 1,
    id: entryId('e1'),
    priority: 5,
    due: now,
    round: 0,
    received: now,
    sender: null,
    list: list.id,
    message: { size: text.length, digest: null },
    hops: [],
    attempts: 0,
    work: { kind: 'bounce', ...(detail === undefined ? {} : { detail }) },
  };
  const members = new Map([['example.net', 7]]);
  const outcome = await bounceStep(
    { meta, message, folder, tries: 1 },
    {
      now,
      config: parseConfig(toml, 'test'),
      books: {
        list: async () => list,
        owners: async () => ['owner@example.org'],
        people: { language: async () => 'en' },
      },
    },
    {
      verpKey: key,
      peers: new Peers(async () => ({ audience: 100, members })),
      allowance: new Allowance(),
      shownToday: async () => shown,
      texts: siteTexts('/nowhere', silentLog),
    },
  );
  const change = outcome.changes?.find((one) => one.kind === 'bounced');
  const letters: Letter[] = [];
  for await (const one of outcome.puts ?? []) letters.push(one);
  return { outcome, failures: change?.failures ?? [], letters };
}
