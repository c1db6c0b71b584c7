/** Makes copies of one posting as the pipeline and the hand-over do, and shows what arrives. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sealingKey } from '../../src/engine/authenticate.ts';
import { HandOver } from '../../src/engine/handover.ts';
import type { LinkParts } from '../../src/engine/own-copies.ts';
import { filledForAll, personalWork, withOwnHoles } from '../../src/engine/personal.ts';
import { prepare } from '../../src/engine/pipeline.ts';
import { Renderings } from '../../src/engine/renderings.ts';
import { Signers } from '../../src/engine/signers.ts';
import { draftBytes } from '../../src/engine/write.ts';
import { realDisk } from '../../src/ground/disk.ts';
import { silentLog } from '../../src/ground/log.ts';
import { postingHandlers } from '../../src/handlers/index.ts';
import type { NewLink } from '../../src/mail/dkim/arc.ts';
import type { SigningKey } from '../../src/mail/dkim/key.ts';
import { isBroken, readMessage } from '../../src/mail/message.ts';
import type { MetaOf } from '../../src/model/entry.ts';
import { entryId } from '../../src/model/ids.ts';
import type { Person } from '../../src/model/personal.ts';
import { recipientsOf } from '../../src/model/recipients.ts';
import type { Settings } from '../../src/model/settings.ts';
import { Outlet } from '../../src/mta/outlet.ts';
import { cats } from '../literals.ts';
import { relayOf } from '../mta/setting.ts';
import { startSink } from '../sink.ts';
import { dispatchTo } from './dispatched.ts';

export const key = Buffer.alloc(32, 7);
const mark = 'mark0123456789';

export type Copying = {
  readonly message: string | Buffer;
  readonly settings: Partial<Settings>;
  readonly people?: readonly (readonly [address: string, number?: number])[];
  readonly persons?: ReadonlyMap<number, Person>;
  readonly url?: string;
  readonly offers?: readonly string[];
  readonly keys?: readonly SigningKey[];
  readonly arc?: NewLink;
  readonly mostOpenBytes?: number;
};

export type Copies = {
  readonly bodies: readonly Buffer[];
  readonly commands: readonly string[];
};

/** What the recipients of one posting get, in their order. */
export async function copiesOf(wish: Copying): Promise<Copies> {
  const folder = mkdtempSync(join(tmpdir(), 'listmill-copies-'));
  try {
    return await copy(wish, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function copy(wish: Copying, folder: string): Promise<Copies> {
  const { settings, url = '', people = [['ann@a.example', 1]], persons = new Map() } = wish;
  await using sink = await startSink({
    offers: wish.offers ?? ['PIPELINING', '8BITMIME'],
    keep: true,
  });
  await using outlet = new Outlet([{ relay: relayOf(sink), weight: 1 }], 1, () => 0);
  const list = cats(settings);
  writeFileSync(join(folder, 'came.eml'), wish.message);
  const message = await readMessage(join(folder, 'came.eml'));
  if (isBroken(message)) throw new Error(message.reason);
  const start = { ...message, transforms: [], author: undefined, addressed: [] };
  const texts = settings.personalize === 'full';
  const personalNow =
    (settings.personalize ?? 'none') === 'none' ? undefined : { mark, texts, oneClick: url !== '' };
  const ready = await withOwnHoles(start, personalNow, list.settings);
  const draft = prepare(postingHandlers, ready, {
    list,
    number: 1,
    now: 0,
    personal: personalNow,
    fill: (text) => filledForAll(text, list),
  });
  const path = join(folder, 'message.eml');
  const results = wish.arc && `i=${wish.arc.instance}; example.com; dkim=none`;
  const headers =
    results === undefined
      ? draft.headers
      : draft.headers.prependRaw('ARC-Authentication-Results', results);
  const chunks: Buffer[] = [];
  for await (const chunk of draftBytes({ ...draft, headers })) chunks.push(Buffer.from(chunk));
  writeFileSync(path, Buffer.concat(chunks));
  const links: LinkParts = { key, separator: '+', url };
  await using signers = new Signers(1);
  const keys = wish.keys ?? [];
  const sealing = { dkim: { keys: [], arc: true } };
  const handOver = new HandOver({
    disk: realDisk,
    dispatch: dispatchTo(outlet),
    renderings: new Renderings({
      keys,
      sealingKey: (domain) => sealingKey(sealing, keys, domain),
      signers,
      ...(wish.mostOpenBytes === undefined ? {} : { mostOpenBytes: wish.mostOpenBytes }),
    }),
    domainOf: async () => 'example.com',
    verpKey: key,
    links,
    persons: async () => persons,
    separator: '+',
    xverp: true,
    log: silentLog,
  });
  const personal = personalWork(list, mark, draft.fragments ?? []);
  const meta: MetaOf<'batch'> = {
    version: 1,
    id: entryId('rootone-p-m-b0'),
    priority: 5,
    due: 0,
    round: 0,
    received: 0,
    sender: null,
    list: list.id,
    message: { size: 1, digest: null },
    hops: [],
    attempts: 0,
    work: {
      kind: 'batch',
      mailing: entryId('rootone-p-m'),
      mode: 'shared',
      returnPath: 'cats-bounces@example.com',
      ...(personal === undefined ? {} : { personal }),
      ...(wish.arc === undefined ? {} : { arc: wish.arc }),
      recipients: recipientsOf(
        people.map(([address, number]) => (number === undefined ? [address] : [address, number])),
      ),
      reported: 0,
    },
  };
  await handOver.deliver({ meta, message: path, folder, tries: 1 }, meta);
  return { bodies: sink.messages.map(({ bytes }) => bytes), commands: [...sink.commands] };
}
