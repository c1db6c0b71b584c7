/** Steps with every kind of outcome, and what must come of each exactly once. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Slip, settle } from '../../../src/engine/settle.ts';
import { isBroken, readMessage } from '../../../src/mail/message.ts';
import type { Work } from '../../../src/model/entry.ts';
import { childId, type EntryId, entryId } from '../../../src/model/ids.ts';
import {
  type Fate,
  finish,
  type Letter,
  later,
  letter,
  type Outcome,
  park,
} from '../../../src/model/outcome.ts';
import { parkingNames, type QueueName, queueNames } from '../../../src/model/queues.ts';
import { type OpenClaim, Spool } from '../../../src/spool/spool.ts';
import {
  claimAll,
  counted,
  countOf,
  lay,
  leftovers,
  metaOf,
  now,
  recoverAll,
  workOff,
} from '../office.ts';
import type { House, Scene } from '../plug.ts';

/** The outcome of one entry's step. */
export type Play = {
  readonly fate: 'finish' | 'later' | 'park';
  readonly changes?: boolean;
  readonly puts: 0 | 1 | 3;
  /** Puts come one by one, as from a roster. */
  readonly lazily?: boolean;
  /** The puts break off: the entry is shunted, and nothing of them is seen. */
  readonly breaks?: boolean;
};

const posting: Work = { kind: 'posting', approved: false };
const notice = Buffer.from('Subject: notice\r\n\r\nYour posting waits.\r\n');

/** A group of entries in `pipeline`, claimed and settled together. */
export function settleScene(name: string, plays: readonly Play[]): Scene {
  const idOf = (id: EntryId, n: number) => entryId(`${id}x${n}`);
  const playOf = (claim: OpenClaim) => plays[Number(claim.meta.id.split('x')[1])] as Play;
  const step = (claim: OpenClaim) => outcomeOf(claim, playOf(claim));
  return {
    name,
    queues: ['pipeline', 'archive', 'mailing', 'outgoing'],
    setUp(root, id) {
      for (const n of plays.keys()) lay(root, 'pipeline', metaOf(idOf(id, n), posting));
    },
    act: (house) => claimAndSettle(house, step),
    async check({ root, store, id }) {
      await recoverAll(root, store);
      const taken = await workOff(root, store, { pipeline: step });
      const wanted = plays.flatMap((play, n) => takenFrom(play, idOf(id, n)));
      assert.deepEqual(taken, wanted.sort());
      assert.deepEqual(leftovers(root), []);
      assert.deepEqual(
        parkedIn(root),
        plays.flatMap((play, n) => parkedOf(play, idOf(id, n))),
      );
      for (const [n, play] of plays.entries()) {
        assert.equal(await countOf(store, idOf(id, n)), sumOf(play, idOf(id, n)));
      }
    },
  };
}

export async function claimAndSettle(
  { root, disk, ledger }: House,
  step: (claim: OpenClaim) => Promise<Outcome>,
  queue: QueueName = 'pipeline',
): Promise<void> {
  const spool = new Spool(root, disk);
  const slips: Slip[] = [];
  for (const claim of claimAll(spool, queue)) slips.push({ claim, outcome: await step(claim) });
  await settle(spool, ledger, slips, now);
  spool.litter.sweep();
}

/** What the step says; a second round is the end. */
export async function outcomeOf(claim: OpenClaim, play: Play): Promise<Outcome> {
  const { meta } = claim;
  const changes = play.changes ? { changes: [counted(meta.id, 1)] } : {};
  if (meta.round > 0) {
    return { ...changes, puts: [letter('outgoing', meta, posting, { key: 'z' })], fate: finish };
  }
  const letters = (await lettersOf(claim)).slice(0, play.puts);
  const puts = play.lazily || play.breaks ? oneByOne(letters, play.breaks ?? false) : letters;
  return { ...changes, puts, fate: fateOf(play) };
}

function fateOf({ fate }: Play): Fate {
  if (fate === 'later') return later(now + 60_000, { attempts: 1 });
  return fate === 'park' ? park('held', 'a person should look') : finish;
}

/** One for each way in which a message is made. */
async function lettersOf({ meta, message }: OpenClaim): Promise<readonly Letter[]> {
  const read = await readMessage(message);
  assert(!isBroken(read));
  const draft = { kind: 'draft', headers: read.headers, body: read.body, transforms: [] } as const;
  return [
    letter('archive', meta, { kind: 'archive' }, { key: 'a' }),
    letter('mailing', meta, posting, { key: 'm', message: draft }),
    letter('outgoing', meta, posting, { key: 'b0', message: { kind: 'text', bytes: notice } }),
  ];
}

async function* oneByOne(letters: readonly Letter[], breaks: boolean): AsyncGenerator<Letter> {
  for (const one of letters) {
    await Promise.resolve();
    yield one;
  }
  if (breaks) throw new Error('the roster cannot be read');
}

function takenFrom(play: Play, id: EntryId): string[] {
  if (play.breaks) return [];
  const first = ['archive a', 'mailing m', 'outgoing b0'].slice(0, play.puts);
  return [...first, ...(play.fate === 'later' ? ['outgoing z'] : [])].map((text) => {
    const [queue, key = ''] = text.split(' ');
    return `${queue} ${childId(id, key)}`;
  });
}

function sumOf(play: Play, id: EntryId): number {
  if (play.breaks) return 0;
  const own = play.changes ? (play.fate === 'later' ? 2 : 1) : 0;
  return own + 10 * takenFrom(play, id).length;
}

/** Every parked entry with its files, none of which may be a relic of the settling. */
function parkedIn(root: string): string[] {
  return parkingNames.flatMap((where) =>
    queueNames.flatMap((queue) => {
      const folder = join(root, where, queue);
      return names(folder).map((id) => `${where} ${id}: ${names(join(folder, id))}`);
    }),
  );
}

function parkedOf(play: Play, id: EntryId): string[] {
  const where = play.breaks ? 'shunt' : play.fate === 'park' ? 'held' : undefined;
  return where === undefined ? [] : [`${where} ${id}: entry.json,message.eml,why.json`];
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
