/**
 * Other archives: each posting is handed to those that its list names. What one does not take now
 * waits in the queue, and the others do not wait for it.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { RefusedError, toCommand, toHyperkitty } from '../archive/hand-over.ts';
import type { ArchiverConfig } from '../ground/config-archivers.ts';
import { explain, unreachable } from '../ground/errors.ts';
import { isBroken, readMessage } from '../mail/message.ts';
import type { EntryMeta, WorkOf } from '../model/entry.ts';
import { type ListView, listAddress } from '../model/list.ts';
import {
  type Fate,
  finish,
  type Letter,
  later,
  letter,
  type Outcome,
  park,
} from '../model/outcome.ts';
import { recipientsOf } from '../model/recipients.ts';
import type { Desk, Entry } from './desk.ts';

/** Waits after a failure; the last one repeats until outgoing.expireDays are over. */
const retryMs = [60_000, 300_000, 900_000, 3_600_000] as const;
const dayMs = 86_400_000;

type Handed = Outcome<'outgoing'>;

export type ArchiverParts = {
  /** Until when an archiver is let alone, ms, by its name. */
  readonly down: Map<string, number>;
  /** What files of keys are relative to. */
  readonly folder: string;
};

/** Those archivers of the configuration that a list wants. */
export function wantedArchivers(desk: Desk, { settings }: ListView): readonly string[] {
  const known = new Set(desk.config.archiver.map(({ name }) => name));
  return settings.archivers.filter((name) => known.has(name));
}

/** Hands over to those in `left`; the entry comes again for those that did not take it. */
export async function handToArchivers(
  entry: Entry,
  desk: Desk,
  list: ListView,
  left: readonly string[],
  { down, folder }: ArchiverParts,
): Promise<Handed> {
  const { meta } = entry;
  const puts: Letter<'outgoing'>[] = [];
  const failed: string[] = [];
  const refused: string[] = [];
  const why: string[] = [];
  for (const archiver of desk.config.archiver.filter(({ name }) => left.includes(name))) {
    // One that is down is tried once in a while, not by each posting.
    if ((down.get(archiver.name) ?? 0) > desk.now) {
      failed.push(archiver.name);
      why.push(`${archiver.name} is down`);
      continue;
    }
    try {
      if (archiver.kind === 'mail') puts.push(await byMail(entry, list, archiver));
      else await handOver(entry, folder, list, archiver);
      down.delete(archiver.name);
    } catch (error) {
      why.push(`${archiver.name}: ${explain(error)}`);
      if (error instanceof RefusedError) refused.push(archiver.name);
      else {
        down.set(archiver.name, desk.now + retryMs[0]);
        failed.push(archiver.name);
      }
    }
  }
  const rest = [...failed, ...refused];
  const isOver = failed.length === 0 && rest.length === left.length;
  const fate = rest.length === 0 ? finish : isOver ? over(why) : again(meta, desk, rest, why);
  const tell = { event: 'handed-over', to: left.filter((name) => !rest.includes(name)) };
  if (puts.length === 0) return { fate, tell };
  const { list: of, id: mailing } = meta;
  const cut = {
    kind: 'cut',
    list: of,
    mailing,
    batches: puts.length,
    recipients: puts.length,
  } as const;
  return { changes: [{ ...cut, last: true }], puts, fate, tell };
}

/** Nobody is left but those who will not have it: a person may mend that, and let it go again. */
function over(why: readonly string[]): Fate {
  return park('shunt', 'it is archived, but others did not take it', ...why);
}

function again(meta: EntryMeta, desk: Desk, rest: readonly string[], why: readonly string[]): Fate {
  if (desk.now - meta.received > desk.config.outgoing.expireDays * dayMs) return over(why);
  const wait = retryMs[Math.min(meta.attempts, retryMs.length - 1)] ?? retryMs[0];
  const work: WorkOf<'archive'> = { kind: 'archive', ...givenId(meta), left: [...rest] };
  return later(desk.now + wait, { work, attempts: meta.attempts + 1, why: why.join('; ') });
}

/** What the list gave a posting that came without a Message-ID. */
function givenId({ work }: EntryMeta): { readonly messageId?: string } {
  const { messageId } = work.kind === 'archive' ? work : {};
  return messageId === undefined ? {} : { messageId };
}

async function handOver(
  { meta, message }: Entry,
  folder: string,
  list: ListView,
  archiver: Exclude<ArchiverConfig, { kind: 'mail' }>,
): Promise<void> {
  const what = { message, list: list.address, ...givenId(meta) };
  switch (archiver.kind) {
    case 'hyperkitty': {
      const file = resolve(folder, archiver.keyFile);
      const key = readFileSync(file, 'utf8').split('\n')[0]?.trim() ?? '';
      return await toHyperkitty(archiver.url, key, what);
    }
    case 'command':
      return await toCommand(archiver.command, what);
    default:
      return unreachable(archiver);
  }
}

/** As it came, with the List-Id by which an archive sorts it. */
async function byMail(
  { meta, message: file }: Entry,
  list: ListView,
  { name, address }: Extract<ArchiverConfig, { kind: 'mail' }>,
): Promise<Letter<'outgoing'>> {
  const message = await readMessage(file);
  if (isBroken(message)) throw new Error(message.reason);
  const { messageId } = givenId(meta);
  const named =
    messageId === undefined ? message.headers : message.headers.setRaw('Message-ID', messageId);
  const headers = named.set('List-Id', `<${list.id}>`);
  return letter(
    'outgoing',
    meta,
    {
      kind: 'batch',
      mailing: meta.id,
      mode: 'shared',
      returnPath: listAddress(list, 'bounces'),
      recipients: recipientsOf([[address]]),
      reported: 0,
    },
    {
      key: `x${name.replaceAll('-', '')}`,
      message: { kind: 'draft', headers, body: message.body, transforms: [] },
    },
  );
}
