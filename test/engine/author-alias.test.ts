import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { answerTo } from '../../src/engine/policy.ts';
import type { Site } from '../../src/engine/site.ts';
import { addressKey } from '../../src/mail/address.ts';
import { parseHeaders } from '../../src/mail/headers.ts';
import type { QueueName } from '../../src/model/queues.ts';
import { readPlace } from '../../src/spool/parked.ts';
import { waitingIn } from '../../src/spool/places.ts';
import { address, addressesOf } from '../literals.ts';
import { makeList, makeSite } from '../site.ts';
import { putEntry } from './entries.ts';
import { workAt } from './stopped.ts';

const now = 1_900_000_000_000;
const ann = 'ann@strict.example';
const bob = 'bob@x.example';
const settings = { dmarcAction: 'alias', dmarcPolicies: 'always' };

let written = 0;
type Sent = { readonly header?: readonly string[]; readonly sender?: string | null };

/** Sends a message and lets it go its way; gives what lies in a queue because of it. */
async function send(
  site: Site,
  from: string,
  to: string,
  { header = [], sender = from }: Sent = {},
) {
  written += 1;
  const lines = [`From: Ann <${from}>`, `To: ${to}`, 'Subject: x', ...header];
  const message = [...lines, `Message-ID: <${written}@x.example>`, '', 'Hello.', ''].join('\r\n');
  const queues = ['archive', 'outgoing', 'virgin'] as const;
  const here = (queue: QueueName) => [...waitingIn(site.spool, queue)];
  const before = new Set(queues.flatMap(here).map(({ folder }) => folder));
  await putEntry(site.spool.paths.root, { message, sender, recipient: to, now });
  await workAt(site, now, ['incoming', 'pipeline', 'mailing']);
  const found = queues.flatMap((queue) =>
    here(queue)
      .filter(({ folder }) => !before.has(folder))
      .map((place) => {
        const read = readPlace(place);
        assert(read.kind === 'entry');
        const headers = parseHeaders(readFileSync(`${place.folder}/message.eml`));
        return { queue, work: read.meta.work, headers };
      }),
  );
  return found;
}

async function opened(more: Readonly<Record<string, unknown>> = {}) {
  const made = await makeSite('[commands]\naliasHour = 2\n');
  const list = await makeList(made, 'cats@example.com', [ann, bob], { ...settings, ...more });
  const site = made.open();
  return {
    list,
    site,
    store: await site.store(),
    async [Symbol.asyncDispose]() {
      await site.close();
      await made[Symbol.asyncDispose]();
    },
  };
}

async function aliasOf(site: Site): Promise<string> {
  const sent = await send(site, ann, 'cats@example.com');
  const from = sent.find(({ queue }) => queue === 'outgoing')?.headers.get('from') ?? '';
  return /<(.*)>/.exec(from)?.[1] ?? from;
}

describe('an address that stands for an author', () => {
  test('is in From, always the same, and nowhere is his own but in the archive', async () => {
    await using on = await opened({ replyTo: 'list' });
    const [archived, copy] = await send(on.site, ann, 'cats@example.com');
    assert.match(copy?.headers.get('from') ?? '', /^Ann via cats <cats-author\+[a-z2-7]{16}@ex/);
    assert.equal(copy?.headers.get('reply-to'), 'cats@example.com');
    assert.doesNotMatch(copy?.headers.bytes().toString() ?? ann, /strict\.example/);
    assert.match(archived?.headers.get('from') ?? '', /<ann@strict\.example>/);
    const again = await aliasOf(on.site);
    assert(copy?.headers.get('from')?.includes(again));
  });

  test('hands answers on, as they came, and bounces of them go to the list', async () => {
    await using on = await opened();
    const [one, ...others] = await send(on.site, 'eve@y.example', await aliasOf(on.site));
    assert.equal(others.length, 0);
    assert(one?.work.kind === 'batch');
    assert.deepEqual(addressesOf(one.work.recipients), [ann]);
    assert.equal(one.work.returnPath, 'cats-bounces@example.com');
    assert.equal(one.headers.get('from'), 'Ann <eve@y.example>');
    assert.equal(one.headers.get('x-beenthere'), 'cats-author@example.com');
  });

  test('hands nothing on of machines, the banned, loops, and what is too much or too large', async () => {
    await using on = await opened();
    const alias = await aliasOf(on.site);
    const admin = on.store.as('test');
    await admin.ban(on.list, 'mallory@y.example', '');
    const nothing: readonly (readonly [string, Sent])[] = [
      ['daemon@y.example', { sender: null }],
      ['eve@y.example', { header: ['Auto-Submitted: auto-replied'] }],
      ['eve@y.example', { header: ['X-BeenThere: cats-author@example.com'] }],
      ['eve@y.example', { header: ['List-Id: <dogs.example.org>'] }],
      ['mallory@y.example', {}],
    ];
    for (const [from, sent] of nothing)
      assert.deepEqual(await send(on.site, from, alias, sent), []);
    assert.equal((await send(on.site, 'eve@y.example', alias)).length, 1);
    assert.equal((await send(on.site, 'dan@y.example', alias)).length, 1);
    assert.deepEqual(await send(on.site, 'tom@y.example', alias), [], 'aliasHour');
    await admin.changeSettings(on.list, [{ name: 'maxBytes', value: 10 }]);
    const other = alias.replace(/\+.*@/, '+aaaaaaaaaaaaaaaa@');
    assert.deepEqual(await send(on.site, 'eve@y.example', other), []);
  });

  test('of which there is none is refused at the door', async () => {
    await using on = await opened();
    const alias = await aliasOf(on.site);
    const desk = {
      now,
      config: { ...on.site.config, policy: { ...on.site.config.policy, rejectUnknown: true } },
      books: on.store,
      dmarc: async () => ({ kind: 'none' }) as const,
    };
    const ask = (recipient: string) =>
      answerTo(
        desk,
        new Map([
          ['protocol_state', 'RCPT'],
          ['recipient', recipient],
        ]),
      );
    assert.equal(await ask(alias), 'DUNNO');
    assert.match(await ask(alias.replace(/\+.*@/, '+aaaaaaaaaaaaaaaa@')), /^550/);
    await on.store.as('test').erase(address(ann));
    assert.match(await ask(alias), /^550/, 'who is forgotten is not reached any more');
  });

  test('in To keeps its author from a second copy by the list', async () => {
    await using on = await opened();
    const alias = await aliasOf(on.site);
    const sent = await send(on.site, bob, 'cats@example.com', { header: [`Cc: ${alias}`] });
    const copy = sent.find(({ queue }) => queue === 'outgoing');
    assert(copy?.work.kind === 'batch');
    assert.deepEqual(
      addressesOf(copy.work.recipients).map((one) => addressKey(address(one))),
      [bob],
    );
  });
});
