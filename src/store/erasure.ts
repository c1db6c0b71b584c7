/** Forgets all that the books hold of one address. Showing it: personal.ts. */
import { type Address, addressKey } from '../mail/address.ts';
import { approvedBy } from '../model/request.ts';
import { addressSeq } from './addresses.ts';
import { forgetAliases } from './author-aliases.ts';
import { forgetBothers } from './bothers.ts';
import { type Cause, log } from './change-log.ts';
import { forgetConsents } from './consents.ts';
import type { Lists } from './lists.ts';
import { removeMember } from './member-admin.ts';
import type { MemberRecord } from './members.ts';
import { forgetDecisions } from './request-decisions.ts';
import { forgetRequests } from './requests.ts';
import { isDigestedOf, isSpelling, movedFrom, namesAddress } from './spellings.ts';
import { q, query, sql } from './sql.ts';
import type { Database } from './sqlite.ts';
import { removeUser, userOf } from './users.ts';

/** What stands in the place of an address that is forgotten. */
const gone = 'erased';

const forgetAuthor = query((p: { key: string }) =>
  q
    .updateTable('posting')
    .set({ author: '', authenticated: null })
    .where(isSpelling('author', p.key)),
);
/** What mail servers said of a posting names the envelope sender, who may be another. */
const forgetAuthenticated = query((p: { key: string }) =>
  q
    .updateTable('posting')
    .set({ authenticated: null })
    .where(sql<boolean>`instr(lower(authenticated), ${p.key}) > 0`),
);
const forgetSeenBy = query((p: { key: string }) =>
  q.deleteFrom('seen').where('author', '=', p.key),
);
const forgetPoster = query((p: { key: string }) =>
  q.deleteFrom('poster').where('author', '=', p.key),
);
const forgetRefusals = query((p: { key: string }) =>
  q.deleteFrom('refusal').where(isSpelling('address', p.key)),
);
const forgetFailures = query((p: { key: string }) =>
  q.updateTable('bounce_event').set({ address: gone, diagnostic: '' }).where('address', '=', p.key),
);
const forgetHeld = query((p: { key: string }) =>
  q.updateTable('held').set({ author: '' }).where(isSpelling('author', p.key)),
);
const forgetOnHisWay = query((p: { key: string }) =>
  q.deleteFrom('bulk_member').where('key', '=', p.key),
);
/** What he decided stays decided. */
const forgetDecider = query((p: { key: string }) =>
  q
    .updateTable('held')
    .set(() => ({
      minder: without('minder', p.key),
      decided_by: without('decided_by', p.key),
      seconds: without('seconds', p.key),
    }))
    .where((e) =>
      e.or([
        isSpelling('minder', p.key),
        isSpelling('decided_by', p.key),
        isSpelling('seconds', p.key),
      ]),
    ),
);

/** A column without him; what names somebody else stays. */
function without(column: 'minder' | 'decided_by' | 'seconds', key: string) {
  const ref = sql.ref(column);
  const isHis = isSpelling(column, key);
  return sql<string | null>`case when ${isHis} then ${gone} else ${ref} end`;
}

const forgetDecidingAddress = query((p: { key: string }) =>
  q.deleteFrom('held_key').where(isSpelling('who', p.key)),
);
/** Before the author of the posting is forgotten: beside his name no address is kept. */
const forgetDigested = query((p: { key: string }) =>
  q.updateTable('digest_posting').set({ author: '' }).where(isDigestedOf(p.key)),
);
/** Where he was before he moved. */
const forgetFormer = query((p: { key: string }) =>
  q
    .updateTable('consent')
    .set({ way: 'change of address' })
    .where('way', 'like', `${movedFrom}%`)
    .where(namesAddress('way', p.key)),
);
/** Whom he let join stays approved. */
const forgetApprover = query((p: { key: string }) =>
  q
    .updateTable('consent')
    .set({ way: `${approvedBy}a moderator` })
    .where('way', 'like', `${approvedBy}%`)
    .where(namesAddress('way', p.key)),
);
const lastLogged = query((_: object) =>
  q.selectFrom('change_log').select((e) => e.fn.max('seq').as('seq')),
);
const forgetLog = query((p: { key: string; above: number; upTo: number }) =>
  q
    .updateTable('change_log')
    .set({ subject: gone, detail: '{}' })
    .where('seq', '>', p.above)
    .where('seq', '<=', p.upTo)
    .where((e) => e.or([isSpelling('subject', p.key), namesAddress('detail', p.key)])),
);
const forgetRow = query((p: { address: number }) =>
  q.deleteFrom('address').where('seq', '=', p.address),
);

const byKey = [
  forgetDigested,
  forgetAuthor,
  forgetAuthenticated,
  forgetSeenBy,
  forgetPoster,
  forgetRefusals,
  forgetFailures,
  forgetHeld,
  forgetOnHisWay,
  forgetDecider,
  forgetDecidingAddress,
  forgetFormer,
  forgetApprover,
] as const;

/** Lines of the change log that are looked at in one transaction: it is the longest table. */
const logSlice = 20_000;

/**
 * Forgets an address. Numbers of postings, and bans, stay; so does what is in archives. The change
 * log goes first, in slices between which others write: cut off, an erasure is said again.
 */
export async function erasePersonal(
  db: Database,
  lists: Lists,
  by: Cause,
  address: Address,
): Promise<void> {
  const key = addressKey(address);
  const logged = Number(db.get(lastLogged, {})?.seq ?? 0);
  for (let above = 0; above < logged; above += logSlice) {
    const upTo = Math.min(above + logSlice, logged);
    db.transaction(() => db.run(forgetLog, { key, above, upTo }));
    await new Promise((resume) => setImmediate(resume));
  }
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
    forgetDecisions(db, key, gone);
    forgetBothers(db, key);
    forgetAliases(db, key);
    for (const statement of byKey) db.run(statement, { key });
    const seq = addressSeq(db, address);
    if (seq !== undefined) db.run(forgetRow, { address: seq });
    db.run(forgetLog, { key, above: logged, upTo: Number.MAX_SAFE_INTEGER });
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
