/**
 * Takes mail from a Maildir to which an MTA delivers.
 *
 *   1. the file in new/ is linked into incoming/tmp/<id> (the id is made from its name) and synced
 *   2. the entry is renamed into incoming/new, which is synced
 *   3. the file is removed from new/
 * Cut before 2: the same is done again. Cut between 2 and 3: the file still has a second name in
 * the spool, which says that it was taken; only when all work on it was done before we came back
 * would it be taken twice. (On another file system it is copied, and cannot be told.)
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { namesIn, removeTree } from '../ground/disk.ts';
import { mailboxesIn } from '../mail/address.ts';
import { isBroken, readMessage } from '../mail/message.ts';
import { entryId } from '../model/ids.ts';
import { accept, checkRoom, type Target } from '../spool/intake.ts';
import { messageFile } from '../spool/layout.ts';
import { findDestination } from './desk.ts';
import { targetFor } from './door.ts';
import type { Site } from './site.ts';

/** Where MTAs say whom a message in a Maildir is for, the most trustworthy first. */
const recipientFields = ['x-original-to', 'delivered-to', 'envelope-to'] as const;

/** Takes everything that lies in `folder`/new; gives the number of messages. */
export async function takeMaildir(site: Site, folder: string, now: () => number): Promise<number> {
  let taken = 0;
  for (const name of namesIn(join(folder, 'new')).sort()) {
    if (name.startsWith('.')) continue;
    await takeFile(site, join(folder, 'new', name), now());
    taken += 1;
  }
  return taken;
}

async function takeFile(site: Site, file: string, now: number): Promise<void> {
  const { spool, config, log } = site;
  checkRoom(spool, config.limits, now);
  const hash = createHash('sha256').update(file).digest('hex').slice(0, 24);
  const id = entryId(`m${hash}`);
  const draft = join(spool.paths.tmp('incoming'), id);
  if (fs.existsSync(draft)) removeTree(spool.disk, draft);
  if (fs.statSync(file).nlink > 1) return spool.disk.remove(file);
  const folder = spool.draftFolder('incoming', id);
  const message = join(folder, messageFile);
  await spool.disk.link(file, message);
  const { size, digest } = await measure(message);
  const { sender, recipient } = await envelopeOf(message);
  const store = await site.store();
  const found =
    recipient === undefined
      ? undefined
      : await findDestination(store, recipient, config.site.separator);
  // What is for no list of ours goes on to incoming, which parks it with the reason.
  const target: Target =
    found && recipient !== undefined
      ? targetFor(found, recipient, 'maildir')
      : {
          queue: 'incoming',
          recipient: recipient ?? '',
          work: { kind: 'mail', via: 'maildir' },
        };
  const arrival = { id, folder, file: message, size, digest };
  await accept(spool, arrival, sender, [target], now);
  spool.disk.remove(file);
  log.info({ event: 'received', via: 'maildir', entry: id, recipient, from: sender, size });
}

/** Size and digest; the bytes are synced, whoever wrote them. */
async function measure(path: string): Promise<{ size: number; digest: string }> {
  const digest = createHash('sha256');
  let size = 0;
  for await (const chunk of fs.createReadStream(path)) {
    size += (chunk as Buffer).length;
    digest.update(chunk as Buffer);
  }
  await fs.promises.open(path, 'r').then(async (handle) => {
    await handle.sync();
    await handle.close();
  });
  return { size, digest: `sha256:${digest.digest('hex')}` };
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
