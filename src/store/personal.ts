/** All that the books hold of one address: to be shown to its owner, or to be forgotten. */
import { type Address, addressKey } from '../mail/address.ts';
import { addressSeq } from './addresses.ts';
import { forgetBothers } from './bothers.ts';
import { type Cause, log } from './change-log.ts';
import { consentsOf, forgetConsents } from './consents.ts';
import type { Lists } from './lists.ts';
import { removeMember } from './member-admin.ts';
import { findMembers, type MemberRecord } from './members.ts';
import { preferencesOf } from './preferences.ts';
import { allRequestsOf, forgetRequests } from './requests.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';
import { removeUser, userOf } from './users.ts';

/** Rows of one kind that are shown. */
const maxRows = 10_000;
/** What stands in the log in the place of an address that is forgotten. */
const gone = 'erased';

const postings = query((p: { key: string; limit: number }) =>
  q
    .selectFrom('posting')
    .innerJoin('list', 'list.seq', 'posting.list')
    .select(['list.id as list', 'posting.number', 'posting.message_id', 'posting.subject', 'at'])
    .where((e) => e(e.fn('lower', ['posting.author']), '=', p.key))
    .limit(p.limit),
);
const refusals = query((p: { key: string; limit: number }) =>
  q
    .selectFrom('refusal')
    .leftJoin('list', 'list.seq', 'refusal.list')
    .select(['list.id as list', 'refusal.code', 'refusal.text', 'refusal.at'])
    .where('refusal.address', '=', p.key)
    .limit(p.limit),
);
const failures = query((p: { key: string; limit: number }) =>
  q
    .selectFrom('bounce_event')
    .innerJoin('list', 'list.seq', 'bounce_event.list')
    .select(['list.id as list', 'bounce_event.status', 'bounce_event.diagnostic', 'at'])
    .where('bounce_event.address', '=', p.key)
    .limit(p.limit),
);
const heldMail = query((p: { key: string; limit: number }) =>
  q
    .selectFrom('held')
    .innerJoin('list', 'list.seq', 'held.list')
    .select(['list.id as list', 'held.subject', 'held.id'])
    .where((e) => e(e.fn('lower', ['held.author']), '=', p.key))
    .limit(p.limit),
);
const mutes = query((p: { address: number }) =>
  q
    .selectFrom('mute')
    .innerJoin('member', 'member.number', 'mute.member')
    .innerJoin('list', 'list.seq', 'member.list')
    .select(['list.id as list', 'mute.thread', 'mute.at'])
    .where('member.address', '=', p.address),
);
const pauses = query((p: { address: number }) =>
  q
    .selectFrom('pause')
    .innerJoin('member', 'member.number', 'pause.member')
    .innerJoin('list', 'list.seq', 'member.list')
    .select(['list.id as list', 'pause.starts', 'pause.ends'])
    .where('member.address', '=', p.address),
);
const logged = query((p: { address: string; key: string; limit: number }) =>
  q
    .selectFrom('change_log')
    .select(['at', 'cause', 'list', 'kind', 'detail'])
    .where((e) => e.or([e('subject', '=', p.address), e('subject', '=', p.key)]))
    .orderBy('seq')
    .limit(p.limit),
);
const forgetAuthor = query((p: { key: string }) =>
  q
    .updateTable('posting')
    .set({ author: '' })
    .where((e) => e(e.fn('lower', ['author']), '=', p.key)),
);
const forgetSeenBy = query((p: { key: string }) =>
  q.deleteFrom('seen').where('author', '=', p.key),
);
const forgetPoster = query((p: { key: string }) =>
  q.deleteFrom('poster').where('author', '=', p.key),
);
const forgetRefusals = query((p: { key: string }) =>
  q.deleteFrom('refusal').where('address', '=', p.key),
);
const forgetFailures = query((p: { key: string }) =>
  q.updateTable('bounce_event').set({ address: gone, diagnostic: '' }).where('address', '=', p.key),
);
const forgetLog = query((p: { address: string; key: string; form: string }) =>
  q
    .updateTable('change_log')
    .set({ subject: gone, detail: '{}' })
    .where((e) =>
      e.or([
        e('subject', '=', p.address),
        e('subject', '=', p.key),
        e(e.fn('lower', ['detail']), 'like', p.form),
      ]),
    ),
);
const forgetRow = query((p: { address: number }) =>
  q.deleteFrom('address').where('seq', '=', p.address),
);

/** What is known of an address, by kind. */
export type Personal = Readonly<Record<string, unknown>>;

/** Everything, in a form that a program can read. */
export async function personalRecord(
  db: Database,
  lists: Lists,
  address: Address,
): Promise<Personal> {
  const key = addressKey(address);
  const seq = addressSeq(db, address) ?? 0;
  const memberships: unknown[] = [];
  for await (const one of findMembers(db, { key })) {
    const wanted = one.role === 'member' && preferencesOf(db, lists.find(one.list), key);
    memberships.push({ ...one, ...(wanted ? { preferences: wanted } : {}) });
  }
  const limit = maxRows;
  return {
    address,
    user: userOf(db, address) ?? null,
    memberships,
    consents: consentsOf(db, key),
    // A token's hash is no use to anybody, and no knowledge about him.
    requests: allRequestsOf(db, key).map(({ token: _, ...request }) => request),
    mutes: db.all(mutes, { address: seq }),
    pauses: db.all(pauses, { address: seq }),
    postings: db.all(postings, { key, limit }),
    held: db.all(heldMail, { key, limit }),
    refusals: db.all(refusals, { key, limit }),
    failures: db.all(failures, { key, limit }),
    changes: db.all(logged, { address, key, limit }),
  };
}

/** Forgets an address. Numbers of postings, and bans, stay; so does what is in archives. */
export function erasePersonal(db: Database, lists: Lists, by: Cause, address: Address): void {
  const key = addressKey(address);
  db.transaction(() => {
    for (const one of everyMembership(db, key)) {
      const list = lists.find(one.list);
      if (list) removeMember(db, by, list, one.role, key);
    }
    const owner = userOf(db, address);
    const isOnly = owner?.addresses.every((one) => addressKey(one.address as Address) === key);
    if (owner && isOnly) removeUser(db, by, owner.number);
    forgetConsents(db, key);
    forgetRequests(db, key);
    forgetBothers(db, key);
    db.run(forgetAuthor, { key });
    db.run(forgetSeenBy, { key });
    db.run(forgetPoster, { key });
    db.run(forgetRefusals, { key });
    db.run(forgetFailures, { key });
    const seq = addressSeq(db, address);
    if (seq !== undefined) db.run(forgetRow, { address: seq });
    const form = `%"${key.replaceAll(/[%_]/g, '_')}"%`;
    db.run(forgetLog, { address, key, form });
    log(db, by, { kind: 'erased', subject: gone });
  });
}

const memberOf = query((p: { key: string }) =>
  q
    .selectFrom('member')
    .innerJoin('address', 'address.seq', 'member.address')
    .innerJoin('list', 'list.seq', 'member.list')
    .select(['list.id as list', 'member.role'])
    .where('address.key', '=', p.key),
);

function everyMembership(
  db: Database,
  key: string,
): readonly Pick<MemberRecord, 'list' | 'role'>[] {
  return db.all(memberOf, { key }) as Pick<MemberRecord, 'list' | 'role'>[];
}
