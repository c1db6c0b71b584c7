/** A list with digests, whose runners are stepped by hand. */
import { readFileSync } from 'node:fs';
import type { Site } from '../../src/engine/site.ts';
import { addressKey } from '../../src/mail/address.ts';
import type { Rhythm } from '../../src/model/digest.ts';
import type { ListId } from '../../src/model/ids.ts';
import type { DeliveryMode } from '../../src/model/list.ts';
import type { PreferenceName } from '../../src/model/preferences.ts';
import { readPlace } from '../../src/spool/parked.ts';
import { waitingIn } from '../../src/spool/places.ts';
import { address, addressesOf } from '../literals.ts';
import { makeList, makeSite } from '../site.ts';
import { putEntry } from './entries.ts';
import { type Stepped, workAt } from './stopped.ts';

export const flow: readonly Stepped[] = ['incoming', 'pipeline', 'digest', 'mailing'];
export const author = 'ann@x.example';

/** One message on its way out, and who gets it. */
export type Copy = {
  readonly id: string;
  readonly to: readonly string[];
  readonly text: string;
};

export type Digesting = AsyncDisposable & {
  readonly site: Site;
  readonly list: ListId;
  /** The clock of all that is done; it goes on by a second with each posting. */
  now: number;
  add(text: string, mode: DeliveryMode, rhythm?: Rhythm): Promise<void>;
  change(text: string, wish: { mode?: DeliveryMode; rhythm?: Rhythm }): Promise<void>;
  /** Says something of one membership. */
  prefer(text: string, name: PreferenceName, value: string): Promise<void>;
  post(subject: string, more?: Posted): Promise<void>;
  /** Lays the posting down and no more. */
  lay(subject: string, more?: Posted): Promise<void>;
  turn(rhythm?: Rhythm, why?: 'asked' | 'due'): Promise<void>;
  work(queues?: readonly Stepped[]): Promise<void>;
  /** All that goes out, of digests and of single copies. */
  copies(): readonly Copy[];
  /** Subjects of postings that an address gets, in any way, sorted. */
  got(text: string): readonly string[];
};

type Posted = {
  readonly body?: string;
  readonly fields?: readonly string[];
};

export async function digesting(
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Digesting> {
  const made = await makeSite();
  const quiet = { digestBytes: 0, digestRhythm: 'none', explicitDestination: false };
  const list = await makeList(made, 'cats@example.com', [author], { ...quiet, ...settings });
  const site = made.open();
  const admin = (await site.store()).as('test');
  let posted = 0;
  const on: Digesting = {
    site,
    list,
    now: Date.UTC(2026, 10, 24, 10),
    async add(text, mode, rhythm) {
      await admin.addMember(list, 'member', address(text), { mode });
      if (rhythm) await on.change(text, { rhythm });
    },
    async change(text, wish) {
      await admin.changeMember(list, 'member', addressKey(address(text)), wish);
    },
    async prefer(text, name, value) {
      const own = { kind: 'preferred', list, key: addressKey(address(text)) } as const;
      const changes = [{ ...own, level: 'member', name, value }] as const;
      const slip = { cause: `${text} ${name} ${on.now}`, changes, fate: '' };
      await (await site.store()).apply([slip], on.now);
    },
    async lay(subject, { body = `About ${subject}.`, fields = [] } = {}) {
      posted += 1;
      on.now += 1000;
      const message = [
        `From: Ann <${author}>`,
        'To: cats@example.com',
        `Subject: ${subject}`,
        `Message-ID: <${posted}@x.example>`,
        ...fields,
        '',
        body,
        '',
      ].join('\r\n');
      await putEntry(site.spool.paths.root, { message, sender: author, now: on.now });
    },
    async post(subject, more) {
      await on.lay(subject, more);
      await on.work();
    },
    async turn(rhythm = 'list', why = 'asked') {
      const work = { kind: 'turn', rhythm, why } as const;
      const message = 'Subject: turn\r\n\r\n';
      const root = site.spool.paths.root;
      await putEntry(root, { queue: 'digest', list, work, message, sender: null, now: on.now });
      await on.work();
    },
    work: (queues = flow) => workAt(site, on.now, queues),
    copies: () =>
      [...waitingIn(site.spool, 'outgoing')].flatMap((place) => {
        const read = readPlace(place);
        if (read.kind !== 'entry' || read.meta.work.kind !== 'batch') return [];
        const to = addressesOf(read.meta.work.recipients);
        return [{ id: read.meta.id, to, text: readFileSync(read.message, 'utf8') }];
      }),
    got: (text) =>
      on
        .copies()
        .filter(({ to }) => to.includes(text))
        .flatMap((copy) => [...copy.text.matchAll(/^About (\w+)\./gm)].map(([, name = '']) => name))
        .sort(),
    async [Symbol.asyncDispose]() {
      await site.close();
      await made[Symbol.asyncDispose]();
    },
  };
  return on;
}
