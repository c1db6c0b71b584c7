/** A site on which postings are held, and people who answer the notices. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAddress } from '../../src/mail/address.ts';
import { parseHeaders } from '../../src/mail/headers.ts';
import type { ListId } from '../../src/model/ids.ts';
import { readPlace } from '../../src/spool/parked.ts';
import { waitingIn } from '../../src/spool/places.ts';
import { Spool } from '../../src/spool/spool.ts';
import { makeList, type TestSite } from '../site.ts';
import { decodedBody } from './decoding.ts';
import { putEntry } from './entries.ts';
import { workAt } from './stopped.ts';

/** A letter that waits to be sent, read. */
export type Letter = {
  readonly to: string;
  readonly subject: string;
  readonly replyTo: string;
  readonly text: string;
  readonly headers: ReturnType<typeof parseHeaders>;
};

/** A list with moderators. */
export async function moderated(
  site: TestSite,
  moderators: readonly string[],
  settings: Readonly<Record<string, unknown>> = {},
): Promise<ListId> {
  const list = await makeList(site, 'cats@example.com', 1, settings);
  const opened = site.open();
  const admin = (await opened.store()).as('test');
  for (const text of moderators) {
    const address = parseAddress(text);
    if (address) await admin.addMember(list, 'moderator', address);
  }
  await opened.close();
  return list;
}

export function spoolOf(site: TestSite): Spool {
  return new Spool(join(site.root, 'spool'));
}

/** Lets the steps of incoming and command do all that there is for them to do. */
export async function work(site: TestSite): Promise<void> {
  const opened = site.open();
  await workAt(opened, Date.now());
  await opened.close();
}

/** The letters that wait to be sent. */
export function letters(site: TestSite): Letter[] {
  return [...waitingIn(spoolOf(site), 'virgin')].flatMap((place) => {
    const read = readPlace(place);
    if (read.kind !== 'entry' || read.meta.work.kind !== 'notice') return [];
    const bytes = readFileSync(read.message);
    const end = bytes.indexOf('\r\n\r\n');
    const headers = parseHeaders(bytes.subarray(0, end + 2));
    return read.meta.work.to.map((to) => ({
      to,
      headers,
      subject: headers.get('subject') ?? '',
      replyTo: headers.get('reply-to') ?? '',
      text: decodedBody(bytes.subarray(end + 4), headers),
    }));
  });
}

/** Somebody writes to an address of the list. */
export async function write(
  site: TestSite,
  from: string,
  to: string,
  text: string,
  list?: ListId,
  field = '',
): Promise<void> {
  const [, sub = '', detail] = /^cats(?:-([a-z]+)(?:\+(.+))?)?@/.exec(to) ?? [];
  const message = `From: ${from}\r\nTo: ${to}\r\nSubject: Re: notice\r\nMessage-ID: <${Math.random()}@x.example>\r\n${field}\r\n${text}\r\n`;
  const common = { sender: from, recipient: to, message };
  if (sub === '') await putEntry(join(site.root, 'spool'), common);
  else {
    const work = { kind: 'command', to: sub as 'held', ...(detail ? { detail } : {}) } as const;
    await putEntry(join(site.root, 'spool'), { ...common, queue: 'command', list, work });
  }
}
