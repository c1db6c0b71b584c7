/** A site whose command runner is stepped by hand: messages in, what was written out. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { runner } from '../../runners/command.ts';
import { runner as incoming } from '../../runners/incoming.ts';
import type { Desk } from '../../src/engine/desk.ts';
import { findDestination } from '../../src/engine/desk.ts';
import { targetFor } from '../../src/engine/door.ts';
import { settle } from '../../src/engine/settle.ts';
import type { Site } from '../../src/engine/site.ts';
import { namesIn } from '../../src/ground/disk.ts';
import { silentLog } from '../../src/ground/log.ts';
import { parseHeaders } from '../../src/mail/headers.ts';
import type { ListId } from '../../src/model/ids.ts';
import type { QueueName } from '../../src/model/queues.ts';
import { priorities } from '../../src/model/queues.ts';
import { accept, arrive } from '../../src/spool/intake.ts';
import { readWaitingName } from '../../src/spool/layout.ts';
import type { OpenClaim } from '../../src/spool/spool.ts';
import type { Store } from '../../src/store/store.ts';
import { makeList, makeSite } from '../site.ts';

const worker = 'command-1';

/** Something that Listmill wrote. */
export type Written = {
  readonly to: readonly string[];
  readonly subject: string;
  readonly replyTo: string;
  readonly from: string;
  readonly text: string;
  /** The header as it is, without its last line end. */
  readonly head: string;
  /** What to write back to confirm; '' for none. */
  readonly token: string;
};

export type Office = AsyncDisposable & {
  readonly root: string;
  readonly site: Site;
  readonly store: Store;
  readonly list: ListId;
  /** Stands still until a test moves it. */
  readonly time: { now: number };
  /** Sends a message and lets it be obeyed; gives what was written because of it. */
  send(to: string, from: string, message?: Message): Promise<readonly Written[]>;
  /** Only lays it into the queue. */
  lay(to: string, from: string, message?: Message): Promise<void>;
  /** Works off the queue. */
  work(): Promise<readonly Written[]>;
  /** Works out what is to be done, and is killed before any of it is settled. */
  crash(): Promise<void>;
  isMember(address: string): Promise<boolean>;
};

export type Message = {
  readonly subject?: string;
  readonly text?: string;
  /** More lines of the header. */
  readonly header?: readonly string[];
  readonly sender?: string | null;
};

/** The list cats@example.com with these members. */
export async function office(
  settings: Readonly<Record<string, unknown>> = {},
  members: readonly string[] = [],
  toml = '',
): Promise<Office> {
  const made = await makeSite(toml);
  const list = await makeList(made, 'cats@example.com', members, settings);
  const site = made.open();
  const store = await site.store();
  site.spool.ensure();
  await site.spool.ensureWorker('command', worker);
  await site.spool.ensureWorker('incoming', worker);
  await site.spool.ensureWorker('virgin', worker);
  const time = { now: 1_700_000_000_000 };
  const self: Office = {
    root: made.root,
    site,
    store,
    list,
    time,
    async lay(to, from, message = {}) {
      const found = await findDestination(store, to, '+');
      assert(found, `no list has the address ${to}`);
      const target = targetFor(found, to, 'lmtp');
      const arrival = await arrive(site.spool, Readable.from([bytesOf(to, from, message)]), 1e7);
      const sender = message.sender === undefined ? from : message.sender;
      await accept(site.spool, arrival, sender, [target], time.now);
    },
    async send(to, from, message) {
      await self.lay(to, from, message);
      return await self.work();
    },
    async crash() {
      const { step: one } = await runner.equip(site, new AbortController().signal);
      for (const claim of claims(site, 'command')) {
        const { meta, message, folder, name } = claim;
        await one({ meta, message, folder, tries: name.tries }, deskOf(site, store, time.now));
        await site.spool.release(claim, time.now, name.tries - 1);
      }
    },
    async work() {
      await step(self);
      return await takeWritten(site);
    },
    isMember: async (address) =>
      (await store.member(list, 'member', address as never)) !== undefined,
    async [Symbol.asyncDispose]() {
      await site.close();
      await made[Symbol.asyncDispose]();
    },
  };
  return self;
}

let serial = 0;

function bytesOf(to: string, from: string, { subject, text, header }: Message): Buffer {
  serial += 1;
  const lines = [
    `From: ${from}`,
    `To: ${to}`,
    ...(subject === undefined ? [] : [`Subject: ${subject}`]),
    `Message-ID: <${serial}@test.example>`,
    ...(header ?? []),
    '',
    text ?? '',
  ];
  return Buffer.from(lines.join('\r\n'));
}

function claims(site: Site, queue: QueueName): OpenClaim[] {
  return priorities.flatMap((priority) =>
    namesIn(site.spool.paths.new(queue, priority)).flatMap((text) => {
      const name = readWaitingName(priority, text);
      const claim = name && site.spool.claim(queue, worker, name);
      if (!claim) return [];
      const opened = site.spool.open(claim);
      assert(!('broken' in opened));
      return [opened];
    }),
  );
}

/** Every entry that waits is stepped over the same view, and all are settled together. */
async function step({ site, store, time }: Office): Promise<void> {
  const { signal } = new AbortController();
  const { step: one } = await runner.equip(site, signal);
  const { step: judge } = await incoming.equip(site, signal);
  for (let round = 0; round < 20; round += 1) {
    await workOff('incoming', judge);
    if (!(await workOff('command', one))) return;
  }
  assert.fail('it never comes to an end');

  async function workOff(queue: 'incoming' | 'command', one: typeof judge): Promise<boolean> {
    const found = claims(site, queue);
    const slips = await Promise.all(
      found.map(async (claim) => {
        const { meta, message, folder, name } = claim;
        const entry = { meta, message, folder, tries: name.tries };
        return { claim, outcome: await one(entry, deskOf(site, store, time.now)) };
      }),
    );
    const results = await settle(site.spool, store, slips, time.now);
    for (const [n, result] of results.entries()) {
      const claim = slips[n]?.claim;
      if (result.kind === 'settled') {
        // Postings are held; orders are obeyed.
        const { fate } = result;
        if (queue === 'command' && fate.kind === 'park') assert.equal(fate.where, 'bad');
      } else if (claim) await site.spool.release(claim, time.now, claim.name.tries - 1);
    }
    return found.length > 0;
  }
}

function deskOf(site: Site, store: Store, now: number): Desk {
  const { config } = site;
  return {
    now,
    config,
    books: store,
    secret: site.secret(),
    log: silentLog,
    destination: (recipient) => findDestination(store, recipient, '+'),
    dmarc: async () => ({ kind: 'none' }),
  };
}

async function takeWritten(site: Site): Promise<Written[]> {
  const found: Written[] = [];
  for (const claim of claims(site, 'virgin')) {
    const { work } = claim.meta;
    assert(work.kind === 'notice');
    assert.equal(work.returnPath, null);
    const text = readFileSync(claim.message, 'latin1');
    const cut = text.indexOf('\r\n\r\n');
    const headers = parseHeaders(Buffer.from(text.slice(0, cut + 2), 'latin1'));
    const replyTo = headers.get('reply-to') ?? '';
    found.push({
      to: work.to,
      subject: headers.get('subject') ?? '',
      from: headers.get('from') ?? '',
      replyTo,
      head: text.slice(0, cut),
      text: text.slice(cut + 4).replaceAll('=\r\n', ''),
      token: /-confirm\+([a-z2-7]{16})@/.exec(replyTo)?.[1] ?? '',
    });
    await site.spool.finish(claim);
  }
  site.spool.litter.sweep();
  return found;
}
