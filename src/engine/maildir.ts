/**
 * Takes mail from a Maildir to which an MTA delivers.
 *
 *   1. the file in new/ is linked into incoming/tmp/<id> (the id is made from its name), its
 *      entry.json is written, and all is synced
 *   2. the file is renamed to new/.<name>.taken, which is synced: from now on it is ours
 *   3. the entry is renamed into its queue's new, which is synced
 *   4. the file is removed
 * Cut before 2: the same is done again. Cut after it: when the entry still lies in tmp, 3 is done
 * now; when it does not, 3 was done, and whoever works on it may have ended long ago.
 * (How many names a file has says nothing: an MTA delivers by a link, and removes its own then.)
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { namesIn } from '../ground/disk.ts';
import { piecesOf } from '../ground/pieces.ts';
import { mailboxesIn } from '../mail/address.ts';
import { isBroken, readMessage } from '../mail/message.ts';
import type { EntryMeta } from '../model/entry.ts';
import { parseMeta } from '../model/entry-text.ts';
import { type EntryId, entryId } from '../model/ids.ts';
import type { QueueName } from '../model/queues.ts';
import { accept, type Target } from '../spool/intake.ts';
import { messageFile, metaFile } from '../spool/layout.ts';
import { checkRoom } from '../spool/room.ts';
import { findDestination } from './desk.ts';
import { targetFor } from './door.ts';
import type { Site } from './site.ts';

/** Where MTAs say whom a message in a Maildir is for, the most trustworthy first. */
const recipientFields = ['x-original-to', 'delivered-to', 'envelope-to'] as const;

/** Takes everything that lies in `folder`/new; gives the number of messages. */
export async function takeMaildir(
  site: MaildirSite,
  folder: string,
  now: () => number,
): Promise<number> {
  let taken = 0;
  const names = namesIn(join(folder, 'new')).sort();
  for (let at = 0; at < names.length; at += together) {
    const group = names.slice(at, at + together);
    const since = now();
    // All are waited for, also when one fails: it is taken again, and must not be in hand then.
    const ends = await Promise.allSettled(
      group.map((name, n) => takeName(site, folder, name, { now: since, due: since + n })),
    );
    for (const end of ends) {
      if (end.status === 'rejected') throw end.reason;
      if (end.value) taken += 1;
    }
  }
  return taken;
}

/** So many go to the disk together. */
const together = 16;

/** When it came, and when it is due: those that are taken together keep their order by that. */
type When = { readonly now: number; readonly due: number };

/** False when it is none that we take. */
async function takeName(
  site: MaildirSite,
  folder: string,
  name: string,
  when: When,
): Promise<boolean> {
  const [, cutOff] = takenForm.exec(name) ?? [];
  if (cutOff !== undefined) await complete(site, join(folder, 'new', cutOff), when.now);
  else if (!name.startsWith('.')) await takeFile(site, join(folder, 'new', name), when);
  else return false;
  return true;
}

/** What taking mail needs of a site. */
export type MaildirSite = Pick<Site, 'spool' | 'config' | 'log' | 'store'>;

const takenForm = /^\.(.+)\.taken$/;
const hourMs = 3_600_000;

function takenName(file: string): string {
  return join(dirname(file), `.${basename(file)}.taken`);
}

function idOf(file: string): EntryId {
  return entryId(`m${createHash('sha256').update(file).digest('hex').slice(0, 24)}`);
}

/** Ends what was cut off after a file was taken. */
async function complete({ spool, config }: MaildirSite, file: string, now: number): Promise<void> {
  const taken = takenName(file);
  const id = idOf(file);
  const place = draftQueues.find((queue) => fs.existsSync(join(spool.paths.tmp(queue), id)));
  if (place) {
    const draft = join(spool.paths.tmp(place), id);
    const parsed = parseMeta(fs.readFileSync(join(draft, metaFile)), id);
    if (parsed.kind === 'broken') throw new Error(`${draft} was synced, but ${parsed.reason}`);
    const { meta } = parsed;
    const queue = queueFor(meta.work.kind);
    if (queue !== place) spool.disk.rename(draft, join(spool.paths.tmp(queue), id));
    spool.publish({ ...meta, queue });
    await spool.disk.syncDir(spool.paths.new(queue, meta.priority));
  } else if (now - fs.statSync(taken).ctimeMs > config.clean.tmpHours * hourMs) {
    // Its draft may have been cleaned away: better twice than never.
    return spool.disk.rename(taken, file);
  }
  spool.disk.remove(taken);
}

/** Where mail of ours may be on its way in. */
const draftQueues = ['incoming', 'command', 'bounce'] as const;

function queueFor(kind: EntryMeta['work']['kind']): QueueName {
  return kind === 'command' || kind === 'bounce' ? kind : 'incoming';
}

async function takeFile(site: MaildirSite, file: string, { now, due }: When): Promise<void> {
  const { spool, config, log } = site;
  checkRoom(spool, config.limits, now);
  const id = idOf(file);
  const folder = spool.draftFolder('incoming', id, 'linked');
  const message = join(folder.path, messageFile);
  await spool.disk.link(file, message);
  const { size, digest } = await measure(message);
  const sync = () => syncFile(message);
  const { sender, recipient } = await envelopeOf(message);
  const store = await site.store();
  const found =
    recipient === undefined
      ? undefined
      : await findDestination(store, recipient, config.site.separator);
  // What is for no list of ours goes on to incoming, which parks it with the reason.
  const work = { kind: 'mail', via: 'maildir' } as const;
  const target: Target =
    found && recipient !== undefined
      ? { ...targetFor(found, recipient, 'maildir'), due }
      : { queue: 'incoming', recipient: recipient ?? '', due, work };
  const arrival = { kind: 'arrived', id, folder, file: message, size, digest, sync } as const;
  const taken = takenName(file);
  await accept(spool, arrival, sender, [target], now, async () => {
    spool.disk.rename(file, taken);
    await spool.disk.syncDir(dirname(file));
  });
  spool.disk.remove(taken);
  log.info({ event: 'received', via: 'maildir', entry: id, recipient, from: sender, size });
}

async function measure(path: string): Promise<{ size: number; digest: string }> {
  const digest = createHash('sha256');
  let size = 0;
  for await (const piece of piecesOf(path)) {
    size += piece.length;
    digest.update(piece);
  }
  return { size, digest: `sha256:${digest.digest('hex')}` };
}

/** Brings the bytes to the disk, whoever wrote them. */
async function syncFile(path: string): Promise<void> {
  const handle = await fs.promises.open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The envelope as the MTA wrote it into the header. */
async function envelopeOf(
  path: string,
): Promise<{ sender: string | null; recipient: string | undefined }> {
  const message = await readMessage(path);
  if (isBroken(message)) return { sender: null, recipient: undefined };
  const first = (name: string) => mailboxesIn(message.headers, name)[0]?.address;
  const recipient = recipientFields.map(first).find((address) => address !== undefined);
  return { sender: first('return-path') ?? null, recipient };
}
