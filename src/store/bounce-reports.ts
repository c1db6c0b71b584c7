/** Reads what people ask of bounces: by address, by list, by posting, by receiving domain. */
import type { BounceEvent, Bouncer, CauseCount, DomainCount } from '../model/bounce-report.ts';
import { deliveryModes } from '../model/list.ts';
import type { EventRecord } from './care-evidence.ts';
import { eventsFrom } from './care-evidence.ts';
import type { Known, Lists } from './lists.ts';
import { adHoc, q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

const page = 1000;

function bouncers() {
  return q
    .selectFrom('bouncer')
    .innerJoin('member', 'member.number', 'bouncer.member')
    .innerJoin('address', 'address.seq', 'member.address')
    .innerJoin('list', 'list.seq', 'bouncer.list')
    .select(['list.id as list', 'bouncer.member', 'address.address', 'member.status'])
    .select(['bouncer.score', 'bouncer.counted_at as countedAt', 'bouncer.warnings'])
    .select(['bouncer.disabled_at as disabledAt', 'bouncer.warned_at as warnedAt'])
    .select(['bouncer.probed_at as probedAt']);
}

/** Members with a score or with delivery stopped by bounces, in the order of joining. */
export async function* allBouncers(db: Database, list?: Known): AsyncGenerator<Bouncer> {
  for (let after = 0; ; ) {
    let some = bouncers()
      .where('bouncer.member', '>', after)
      .where((e) =>
        e.or([
          e('bouncer.score', '>', 0),
          e('bouncer.disabled_at', 'is not', null),
          e('bouncer.probed_at', 'is not', null),
          e('bouncer.probe_due', 'is not', null),
        ]),
      )
      .orderBy('bouncer.member')
      .limit(page);
    if (list) some = some.where('bouncer.list', '=', list.seq);
    const rows = db.all(adHoc(some), {});
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < page) return;
    after = last.member;
  }
}

const ofAddress = query((p: { key: string }) => bouncers().where('address.key', '=', p.key));
const lastEventOf = query((p: { member: number }) =>
  q.selectFrom('bouncer').select('last_event').where('member', '=', p.member),
);
const subjectOf = query((p: { list: number; root: string }) =>
  q.selectFrom('posting').select('subject').where('root', '=', p.root).where('list', '=', p.list),
);
const idOf = query((p: { seq: number }) =>
  q.selectFrom('list').select('id').where('seq', '=', p.seq),
);

/** What is held of an address, list by list. */
export function bouncersAt(db: Database, key: string, list?: Known): Bouncer[] {
  const rows = db.all(ofAddress, { key });
  return list ? rows.filter((row) => row.list === list.view.id) : rows;
}

/** Every failure of a member that is still known, the newest first. */
export function* eventsOf(db: Database, member: number): Generator<BounceEvent> {
  const last = db.get(lastEventOf, { member })?.last_event ?? null;
  for (const event of eventsFrom(db, last)) yield eventOf(db, event);
}

function eventOf(db: Database, row: EventRecord): BounceEvent {
  const { seq, at, member, address, via, proof, cause, status, diagnostic, detector } = row;
  const mailing = row.mailing.replace(/^!/, '');
  const known = mailing.startsWith('~') ? null : mailing;
  const subject =
    known === null ? undefined : db.get(subjectOf, { list: row.list, root: known })?.subject;
  return {
    ...{ seq, at, member, address, via, proof, cause, status, diagnostic, detector },
    list: db.get(idOf, { seq: row.list })?.id ?? '',
    mailing: known,
    subject: subject ?? null,
    entry: row.entry,
    effect: row.effect,
    weight: row.weight,
    storm: row.storm,
  };
}

const postRoot = query((p: { list: number; number: number; messageId: string; root: string }) =>
  q
    .selectFrom('posting')
    .select('root')
    .where('list', '=', p.list)
    .where((e) =>
      e.or([e('number', '=', p.number), e('message_id', '=', p.messageId), e('root', '=', p.root)]),
    )
    .orderBy('number', 'desc')
    .limit(1),
);

/** The root of a posting that a person names by number, Message-ID or root. */
export function rootOfPost(db: Database, list: Known, text: string): string | undefined {
  const number = /^\d{1,12}$/.test(text) ? Number(text) : 0;
  const messageId = text.startsWith('<') ? text : `<${text}>`;
  return db.get(postRoot, { list: list.seq, number, messageId, root: text })?.root;
}

const ofMailing = query((p: { list: number; from: string; after: number; limit: number }) =>
  q
    .selectFrom('bounce_event')
    .selectAll()
    .where('mailing', '=', p.from)
    .where('list', '=', p.list)
    .where('member', 'is not', null)
    .where('member', '>', p.after)
    .orderBy('member')
    .limit(p.limit),
);

/** Who failed of one posting, and why. */
export async function* eventsOfPost(
  db: Database,
  list: Known,
  root: string,
): AsyncGenerator<BounceEvent> {
  for (let after = 0; ; ) {
    const rows = db.all(ofMailing, { list: list.seq, from: root, after, limit: page });
    for (const row of rows) yield eventOf(db, row);
    const last = rows.at(-1);
    if (!last || rows.length < page) return;
    after = last.member ?? 0;
  }
}

/** Failures since then by cause and what came of them, list by list. */
export function countsByCause(db: Database, since: number, list?: Known): CauseCount[] {
  let found = q
    .selectFrom('bounce_event')
    .innerJoin('list', 'list.seq', 'bounce_event.list')
    .select(['list.id as list', 'bounce_event.cause', 'bounce_event.effect'])
    .select((e) => [
      e.fn.countAll<number>().as('failures'),
      e.fn.max<number>('bounce_event.at').as('lastAt'),
    ])
    .where('bounce_event.at', '>=', since)
    .groupBy(['list.id', 'bounce_event.cause', 'bounce_event.effect'])
    .orderBy('list.id')
    .orderBy('failures', 'desc');
  if (list) found = found.where('bounce_event.list', '=', list.seq);
  return db.all(adHoc(found), {});
}

/** Failures since then by receiving domain, the worst first. */
export function countsByDomain(
  db: Database,
  { since, limit, list }: { since: number; limit: number; list?: Known | undefined },
): DomainCount[] {
  let found = q
    .selectFrom('bounce_event')
    .select(['domain', 'cause', 'status', 'diagnostic as sample'])
    .select((e) => [
      e.fn.countAll<number>().as('failures'),
      e.fn.count<number>('address').distinct().as('addresses'),
      e.fn.max<number>('at').as('lastAt'),
    ])
    .where('at', '>=', since)
    .groupBy(['domain', 'cause', 'status'])
    .orderBy('failures', 'desc')
    .limit(limit);
  if (list) found = found.where('list', '=', list.seq);
  return db.all(adHoc(found), {});
}

/** Lists in which something may be due: each is looked at by itself. */
export function* bouncingLists(db: Database, lists: Lists): Generator<Known> {
  for (const { id } of db.all(withWork, {})) {
    const known = lists.find(id);
    if (known) yield known;
  }
}

const withWork = query(() =>
  q
    .selectFrom('list')
    .select('id')
    .where((e) =>
      e.or([
        e.exists(e.selectFrom('bouncer').select('member').whereRef('list', '=', 'list.seq')),
        e.exists(
          e
            .selectFrom('bounce_event')
            .select('bounce_event.seq')
            .where('told', '=', 0)
            .whereRef('bounce_event.list', '=', 'list.seq'),
        ),
        e.exists(
          e
            .selectFrom('bounce_storm')
            .select('bounce_storm.seq')
            .whereRef('bounce_storm.list', '=', 'list.seq'),
        ),
        e.exists(
          e
            .selectFrom('member')
            .select('number')
            .where('role', '=', 'member')
            .where('mode', 'in', [...deliveryModes])
            .where('status', '=', 'by-bounces')
            .whereRef('member.list', '=', 'list.seq'),
        ),
      ]),
    )
    .orderBy('id'),
);
