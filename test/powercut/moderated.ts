/** Moderated lists in a house whose power goes off: what is laid there, and the steps of runners. */
import { runner as command } from '../../runners/command.ts';
import { runner as incoming } from '../../runners/incoming.ts';
import { runner as mailing } from '../../runners/mailing.ts';
import { runner as pipeline } from '../../runners/pipeline.ts';
import type { Runner } from '../../src/engine/define.ts';
import { type Desk, findDestination } from '../../src/engine/desk.ts';
import { type Slip, settle } from '../../src/engine/settle.ts';
import type { Site } from '../../src/engine/site.ts';
import { parseConfig } from '../../src/ground/config.ts';
import { type Disk, realDisk } from '../../src/ground/disk.ts';
import { silentLog } from '../../src/ground/log.ts';
import { addressKey } from '../../src/mail/address.ts';
import { makeToken } from '../../src/mail/token.ts';
import { type EntryId, entryId, listId } from '../../src/model/ids.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { type OpenClaim, Spool } from '../../src/spool/spool.ts';
import type { Store } from '../../src/store/store.ts';
import { address } from '../literals.ts';
import { claimAll, lay, metaOf, now, recoverAll, workOff } from './office.ts';
import type { House } from './plug.ts';

const key = Buffer.alloc(32, 7);
const secret = { for: () => key };
const stranger = 'stranger@else.example';
/** Who moderates each list. */
export const two = ['ann@m.example', 'bob@m.example'] as const;
const config = parseConfig('', 'test');
/** Each world has a list of its own. */
export const listOf = (id: EntryId) => listId(`${id}.example.com`);

/** Runners that can be stepped here. */
const runners = { command, incoming, pipeline, mailing } as const;
export type SteppedQueue = keyof typeof runners;

/** What the worlds of one test share. */
export type Shared = {
  readonly store: Store;
  readonly templates: string;
  /** The queues that are worked off, in this order. */
  readonly stepped: readonly SteppedQueue[];
};

function desk(store: Store): Desk {
  return {
    now,
    config,
    books: store,
    secret,
    log: silentLog,
    destination: (recipient) => findDestination(store, recipient, '+'),
    dmarc: async () => ({ kind: 'none' }),
  };
}

/** The step of a runner, on a disk that may end. */
function stepOf(runner: Runner, { store, templates }: Shared, root: string, disk: Disk) {
  const site = {
    spool: new Spool(root, disk),
    config,
    paths: { templates, keys: root },
    log: silentLog,
  } as unknown as Site;
  return async (claim: OpenClaim): Promise<Outcome> => {
    const { step } = await runner.equip(site, new AbortController().signal);
    const { meta, message, folder, name } = claim;
    return await step({ meta, message, folder, tries: name.tries }, desk(store));
  };
}

/** Lays a posting by a stranger for a moderated list of its own. */
export async function layPosting(
  { store }: Shared,
  root: string,
  id: EntryId,
  members: readonly string[] = [],
): Promise<void> {
  const admin = store.as('test');
  await admin.createList({ name: id, domain: 'example.com' });
  for (const who of two) await admin.addMember(listOf(id), 'moderator', address(who));
  for (const who of members) await admin.addMember(listOf(id), 'member', address(who));
  await admin.changeSettings(listOf(id), [{ name: 'heldNotices', value: false }]);
  const recipient = `${id}@example.com`;
  const bytes = `From: ${stranger}\r\nTo: ${recipient}\r\nSubject: food\r\nMessage-ID: <${id}@x>\r\n\r\nHerring.\r\n`;
  const meta = metaOf(id, { kind: 'mail', via: 'lmtp' }, bytes);
  lay(root, 'incoming', { ...meta, recipient, sender: stranger, list: listOf(id) }, bytes);
}

/** Lays the order of the nth moderator about it. */
export function layOrder(root: string, id: EntryId, n: number, sub: 'accept' | 'reject'): void {
  const who = two[n] ?? '';
  const token = makeToken(key, 'held', listOf(id), id, addressKey(address(who)));
  const recipient = `${id}-${sub}+${token}@example.com`;
  const bytes = `From: ${who}\r\nTo: ${recipient}\r\nSubject: x\r\n\r\nBecause.\r\n`;
  const work = { kind: 'command', to: sub, detail: token } as const;
  const meta = metaOf(entryId(`${id}c${n}`), work, bytes);
  lay(root, 'command', { ...meta, recipient, sender: who, list: listOf(id) }, bytes);
}

/** Works off what there is, once round after round, like workers that are killed at any point. */
export async function workAll(shared: Shared, house: Omit<House, 'store'>): Promise<void> {
  const { root, disk, ledger } = house;
  const spool = new Spool(root, disk);
  for (let round = 0; round < 20; round += 1) {
    let idle = true;
    for (const queue of shared.stepped) {
      const claims = claimAll(spool, queue);
      if (claims.length === 0) continue;
      idle = false;
      const step = stepOf(runners[queue], shared, root, disk);
      const slips: Slip[] = [];
      for (const claim of claims) slips.push({ claim, outcome: await step(claim) });
      const results = await settle(spool, ledger, slips, now);
      for (const [n, result] of results.entries()) {
        const claim = claims[n];
        if (result.kind === 'unready' && claim) {
          await spool.release(claim, now, claim.name.tries - 1);
        }
      }
    }
    spool.litter.sweep();
    if (idle) return;
  }
}

/** New workers take over, on a disk that stays. */
export async function takeOver(shared: Shared, root: string): Promise<void> {
  await recoverAll(root, shared.store);
  await workAll(shared, { root, disk: realDisk, ledger: shared.store });
}

/** The same to the end: what was taken at the ends of the flow. */
export async function finishAll(shared: Shared, root: string): Promise<string[]> {
  await takeOver(shared, root);
  return await workOff(root, shared.store, {});
}
