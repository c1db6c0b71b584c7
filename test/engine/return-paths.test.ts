import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { HandOver } from '../../src/engine/handover.ts';
import { Renderings } from '../../src/engine/renderings.ts';
import { Signers } from '../../src/engine/signers.ts';
import { realDisk } from '../../src/ground/disk.ts';
import { silentLog } from '../../src/ground/log.ts';
import { decodeVerp } from '../../src/mail/verp.ts';
import type { MetaOf, WorkOf } from '../../src/model/entry.ts';
import { entryId } from '../../src/model/ids.ts';
import { recipientsOf } from '../../src/model/recipients.ts';
import { hasOwnPaths } from '../../src/model/return-paths.ts';
import type { Settings } from '../../src/model/settings.ts';
import { Outlet } from '../../src/mta/outlet.ts';
import { cats } from '../literals.ts';
import { relayOf } from '../mta/setting.ts';
import { startSink } from '../sink.ts';
import { dispatchTo } from './dispatched.ts';

const key = Buffer.alloc(32, 7);
const people = ['ann@a.example', 'bob@b.example', 'cid@c.example'] as const;
const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

type Wish = {
  readonly offers: readonly string[];
  readonly separator?: '+' | '-';
  readonly xverp?: boolean;
  readonly work?: Partial<WorkOf<'batch'>>;
};

/** Hands a batch over; gives the MAIL and RCPT commands. */
async function commandsOf({ offers, separator = '+', xverp = true, work = {} }: Wish) {
  await using sink = await startSink({ offers, keep: true });
  await using outlet = new Outlet([{ relay: relayOf(sink), weight: 1 }], 1, () => 0);
  const folder = mkdtempSync(join(tmpdir(), 'listmill-paths-'));
  folders.push(folder);
  const message = join(folder, 'message.eml');
  writeFileSync(message, 'Subject: food\r\n\r\nHerring.\r\n');
  await using signers = new Signers(1);
  const handOver = new HandOver({
    disk: realDisk,
    dispatch: dispatchTo(outlet),
    renderings: new Renderings({
      keys: [],
      sealingKey: () => undefined,
      signers,
    }),
    domainOf: async () => 'example.com',
    verpKey: key,
    links: { key, separator, url: '' },
    persons: async () => new Map(),
    separator,
    xverp,
    log: silentLog,
  });
  const meta: MetaOf<'batch'> = {
    version: 1,
    id: entryId('rootone-p-m-b0'),
    priority: 5,
    due: 0,
    round: 0,
    received: 0,
    sender: null,
    list: cats().id,
    message: { size: 28, digest: null },
    hops: [],
    attempts: 0,
    work: {
      kind: 'batch',
      mailing: entryId('rootone-p-m'),
      mode: 'verp',
      returnPath: 'cats-bounces@example.com',
      recipients: recipientsOf(people.map((address, n) => [address, n + 1])),
      reported: 0,
      ...work,
    },
  };
  const rest = await handOver.deliver({ meta, message, folder, tries: 1 }, meta);
  assert.deepEqual(rest.positions, []);
  const { commands } = sink;
  return {
    mail: commands.filter((line) => /^MAIL/i.test(line)),
    rcpt: commands.filter((line) => /^RCPT/i.test(line)),
  };
}

/** What the return path in a MAIL command proves. */
function proven(line: string | undefined, separator = '+') {
  const path = /<([^>]*)>/.exec(line ?? '')?.[1] ?? '';
  const start = `cats-bounces${separator}`;
  assert(path.startsWith(start), path);
  return decodeVerp({ key, list: cats().id }, path.slice(start.length, path.lastIndexOf('@')));
}

describe('return paths of single recipients', () => {
  test('are signed for each of them', async () => {
    const { mail } = await commandsOf({ offers: ['PIPELINING'] });
    assert.deepEqual(
      mail.map((line) => proven(line)),
      people.map((recipient) => ({ kind: 'recipient', mailing: 'rootone', recipient })),
    );
  });

  test('are made by an MTA that offers XVERP, from a base that we signed', async () => {
    const { mail, rcpt } = await commandsOf({ offers: ['PIPELINING', 'XVERP'] });
    assert.equal(mail.length, 1);
    assert.equal(rcpt.length, 3);
    assert.match(mail[0] ?? '', / XVERP=\+=/);
    assert.deepEqual(proven(mail[0]), { kind: 'shared', mailing: 'rootone', recipient: undefined });
  });

  test('are spelt out all the same where that is switched off, or the separator is no +', async () => {
    const off = await commandsOf({ offers: ['XVERP'], xverp: false });
    assert.equal(off.mail.length, 3);
    const dash = await commandsOf({ offers: ['XVERP'], separator: '-' });
    assert.equal(dash.mail.length, 3);
    assert.equal(proven(dash.mail[0], '-')?.kind, 'recipient');
  });
});

describe('an MTA that offers DSN', () => {
  const shared = { mode: 'shared', returnPath: 'cats-bounces@example.com' } as const;

  test('is asked to name the mailing, by a name that we signed', async () => {
    const work = { ...shared, dsn: 'envelope' } as const;
    const { mail, rcpt } = await commandsOf({ offers: ['DSN'], work });
    const [, envid = ''] = / RET=HDRS ENVID=(\S+)/.exec(mail[0] ?? '') ?? [];
    const proof = decodeVerp({ key, list: cats().id }, envid);
    assert.deepEqual(proof, { kind: 'shared', mailing: 'rootone', recipient: undefined });
    assert(rcpt.every((line) => !/NOTIFY|ORCPT/.test(line)));
  });

  test('is asked for the recipient and for failures alone, where the list wants that', async () => {
    const work = { ...shared, dsn: 'recipient' } as const;
    const { rcpt } = await commandsOf({ offers: ['DSN'], work });
    assert.match(rcpt[0] ?? '', /NOTIFY=FAILURE ORCPT=rfc822;ann@a\.example/);
  });

  test('is asked nothing where the list wants nothing, or nothing can come back', async () => {
    for (const work of [
      { ...shared, dsn: 'none' },
      { ...shared, dsn: 'recipient', returnPath: null },
    ] as const) {
      const { mail, rcpt } = await commandsOf({ offers: ['DSN'], work });
      assert([...mail, ...rcpt].every((line) => !/ENVID|RET=|NOTIFY|ORCPT/.test(line)));
    }
  });
});

test('verp is for no posting, for one in so many, or for all', () => {
  const numbers = [1, 2, 3, 4, 5, 6];
  const those = (verp: Settings['verp'], personalize: Settings['personalize'] = 'none') =>
    numbers.filter((number) => hasOwnPaths({ verp, verpEvery: 3, personalize }, number));
  assert.deepEqual(those('never'), []);
  assert.deepEqual(those('sometimes'), [3, 6]);
  assert.deepEqual(those('always'), numbers);
  assert.deepEqual(those('personal'), []);
  assert.deepEqual(those('personal', 'headers'), numbers);
});
