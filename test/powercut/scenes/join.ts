/** Somebody joins by mail: the request, its confirmation, the welcome on its way out. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { runner as command } from '../../../runners/command.ts';
import { runner as virgin } from '../../../runners/virgin.ts';
import type { Step } from '../../../src/engine/define.ts';
import type { Desk } from '../../../src/engine/desk.ts';
import { type Ledger, settle } from '../../../src/engine/settle.ts';
import type { Site } from '../../../src/engine/site.ts';
import { parseConfig } from '../../../src/ground/config.ts';
import { realDisk } from '../../../src/ground/disk.ts';
import { silentLog } from '../../../src/ground/log.ts';
import { secretOf } from '../../../src/ground/secret.ts';
import { type EntryId, entryId, listId } from '../../../src/model/ids.ts';
import type { QueueName } from '../../../src/model/queues.ts';
import { type OpenClaim, Spool } from '../../../src/spool/spool.ts';
import type { Store } from '../../../src/store/store.ts';
import { claimAll, lay, leftovers, metaOf, now, recoverAll } from '../office.ts';
import type { House, Scene } from '../plug.ts';

const list = listId('cats.example.com');
const addressOf = (id: EntryId) => `${id}@example.net`;

function deskOf(store: Store): Desk {
  return {
    now,
    config: parseConfig('', 'test'),
    books: store,
    secret: secretOf(Buffer.alloc(32, 1)),
    log: silentLog,
    destination: async () => undefined,
    dmarc: async () => ({ kind: 'none' }),
  };
}

/** Steps all that waits in a queue, each settled alone. */
async function workAt(
  queue: QueueName,
  { root, disk, ledger, store }: House,
): Promise<OpenClaim[]> {
  const spool = new Spool(root, disk);
  const site = { paths: { templates: root }, log: silentLog, spool } as unknown as Site;
  const runner = queue === 'command' ? command : virgin;
  const { step }: { readonly step: Step } = await runner.equip(site, AbortSignal.any([]));
  const claims = claimAll(spool, queue);
  for (const claim of claims) {
    const { meta, message, folder } = claim;
    const outcome = await step({ meta, message, folder, tries: 0 }, deskOf(store));
    await settle(spool, ledger, [{ claim, outcome }], now);
    spool.litter.sweep();
  }
  return claims;
}

async function workOn(house: House): Promise<void> {
  await workAt('command', house);
  await workAt('virgin', house);
}

function layOrder(root: string, id: EntryId, to: 'join' | 'confirm', detail?: string): void {
  const lines = [`From: ${addressOf(id)}`, 'Subject: x', `Message-ID: <${id}@test>`, '', ''];
  const bytes = lines.join('\r\n');
  const work = { kind: 'command', to, ...(detail === undefined ? {} : { detail }) } as const;
  const meta = metaOf(entryId(`${id}${to}`), work, bytes);
  lay(root, 'command', { ...meta, list, sender: addressOf(id) }, bytes);
}

/** What is ready to go out: its subject, and the token in it. */
function takeOut(root: string): { subject: string; token: string }[] {
  return claimAll(new Spool(root), 'outgoing').map(({ message }) => {
    const text = readFileSync(message, 'latin1');
    const [, subject = ''] = /^Subject: (.*)$/m.exec(text) ?? [];
    const [, token = ''] = /-confirm\+([a-z2-7]{16})@/.exec(text) ?? [];
    return { subject: subject.trim(), token };
  });
}

async function finishUp(root: string, store: Store): Promise<ReturnType<typeof takeOut>> {
  const ledger: Ledger = store;
  await recoverAll(root, ledger);
  await workOn({ root, disk: realDisk, ledger, store });
  const out = takeOut(root);
  const left = leftovers(root).filter((path) => !path.includes('/outgoing/claimed/'));
  assert.deepEqual(left, []);
  return out;
}

const queues = ['command', 'virgin', 'outgoing'] as const;

/** One message asks for confirmation, and its token is the one that is open. */
export const askScene: Scene = {
  name: 'join',
  queues,
  setUp: (root, id) => layOrder(root, id, 'join'),
  act: workOn,
  async check({ root, store, id }) {
    const out = await finishUp(root, store);
    assert.equal(out.length, 1);
    const key = addressOf(id) as never;
    assert.equal((await store.memberships(list, key)).length, 0);
    assert.ok(await store.people.subscriptionRequest(list, key, now));
    layOrder(root, id, 'confirm', out[0]?.token);
    await workOn({ root, disk: realDisk, ledger: store, store });
    assert.equal((await store.memberships(list, key)).length, 1);
  },
};

/** He is a member, once, and one welcome goes out. */
export function confirmScene(store: Store): Scene {
  return {
    name: 'confirm',
    queues,
    async setUp(root, id) {
      const house = { root, disk: realDisk, ledger: store, store };
      layOrder(root, id, 'join');
      await workOn(house);
      const [asked] = claimAll(new Spool(root), 'outgoing');
      assert(asked);
      const [, token] =
        /-confirm\+([a-z2-7]{16})@/.exec(readFileSync(asked.message, 'latin1')) ?? [];
      const spool = new Spool(root);
      await spool.finish(asked);
      spool.litter.sweep();
      layOrder(root, id, 'confirm', token);
    },
    act: workOn,
    async check({ root, id }) {
      const out = await finishUp(root, store);
      assert.deepEqual(
        out.map(({ subject }) => subject),
        ['Welcome to cats'],
      );
      const key = addressOf(id) as never;
      assert.equal((await store.memberships(list, key)).length, 1);
      assert.equal(await store.people.subscriptionRequest(list, key, now), undefined);
    },
  };
}
