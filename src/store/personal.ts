/** All that the books hold of one address, to be shown to its owner. Forgetting it: erasure.ts. */
import { type Address, addressKey } from '../mail/address.ts';
import { addressSeq } from './addresses.ts';
import { aliasesOf } from './author-aliases.ts';
import { consentsOf } from './consents.ts';
import type { Lists } from './lists.ts';
import { findMembers } from './members.ts';
import { preferencesOf } from './preferences.ts';
import { decisionsMadeBy, decisionsOf } from './request-decisions.ts';
import { allRequestsOf } from './requests.ts';
import { isDigestedOf, isSpelling, namesAddress } from './spellings.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';
import { userOf } from './users.ts';

/** Rows of one kind that are shown. */
const maxRows = 10_000;

const postings = query((p: { key: string; limit: number }) =>
  q
    .selectFrom('posting')
    .innerJoin('list', 'list.seq', 'posting.list')
    .select(['list.id as list', 'posting.number', 'posting.message_id', 'posting.subject', 'at'])
    .select('posting.authenticated')
    .where(isSpelling('posting.author', p.key))
    .limit(p.limit),
);
const refusals = query((p: { key: string; limit: number }) =>
  q
    .selectFrom('refusal')
    .leftJoin('list', 'list.seq', 'refusal.list')
    .select(['list.id as list', 'refusal.code', 'refusal.text', 'refusal.at'])
    .where(isSpelling('refusal.address', p.key))
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
    .where(isSpelling('held.author', p.key))
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
const options = query((p: { address: number; user: number }) =>
  q
    .selectFrom('preference')
    .select(['address', 'user', 'name', 'value'])
    .where((e) => e.or([e('address', '=', p.address), e('user', '=', p.user)])),
);
const accepted = query((p: { key: string }) =>
  q
    .selectFrom('poster')
    .innerJoin('list', 'list.seq', 'poster.list')
    .select(['list.id as list', 'poster.accepted'])
    .where('poster.author', '=', p.key),
);
const seen = query((p: { key: string; limit: number }) =>
  q
    .selectFrom('seen')
    .innerJoin('list', 'list.seq', 'seen.list')
    .select(['list.id as list', 'seen.message_id', 'seen.at'])
    .where('seen.author', '=', p.key)
    .limit(p.limit),
);
const caused = query((p: { key: string; limit: number }) =>
  q
    .selectFrom('bother')
    .select(['target', 'source', 'at'])
    .where((e) => e.or([e('target', '=', p.key), e('source', '=', p.key)]))
    .limit(p.limit),
);
const bouncing = query((p: { address: number }) =>
  q
    .selectFrom('bouncer')
    .innerJoin('member', 'member.number', 'bouncer.member')
    .innerJoin('list', 'list.seq', 'member.list')
    .select(['list.id as list', 'bouncer.score', 'bouncer.warnings', 'bouncer.disabled_at'])
    .where('member.address', '=', p.address),
);
const former = query((p: { address: number }) =>
  q
    .selectFrom('was')
    .innerJoin('member', 'member.number', 'was.member')
    .innerJoin('list', 'list.seq', 'member.list')
    .select(['list.id as list', 'was.mode', 'was.rhythm', 'was.through'])
    .where('member.address', '=', p.address),
);
const digested = query((p: { key: string; limit: number }) =>
  q
    .selectFrom('digest_posting')
    .innerJoin('list', 'list.seq', 'digest_posting.list')
    .select(['list.id as list', 'digest_posting.number', 'digest_posting.subject'])
    .where(isDigestedOf(p.key))
    .limit(p.limit),
);
const decisions = query((p: { key: string; limit: number }) =>
  q
    .selectFrom('held')
    .innerJoin('list', 'list.seq', 'held.list')
    .select(['list.id as list', 'held.id', 'held.decision', 'held.decided_at', 'held.minder'])
    .where((e) =>
      e.or([
        isSpelling('held.decided_by', p.key),
        isSpelling('held.minder', p.key),
        isSpelling('held.seconds', p.key),
      ]),
    )
    .limit(p.limit),
);
const logged = query((p: { key: string; limit: number }) =>
  q
    .selectFrom('change_log')
    .select(['at', 'cause', 'list', 'kind', 'detail'])
    .where((e) => e.or([isSpelling('subject', p.key), namesAddress('detail', p.key)]))
    .orderBy('seq')
    .limit(p.limit),
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
    options: db.all(options, { address: seq, user: userOf(db, address)?.number ?? 0 }),
    mutes: db.all(mutes, { address: seq }),
    pauses: db.all(pauses, { address: seq }),
    postings: db.all(postings, { key, limit }),
    held: db.all(heldMail, { key, limit }),
    refusals: db.all(refusals, { key, limit }),
    failures: db.all(failures, { key, limit }),
    aliases: aliasesOf(db, key),
    bouncing: db.all(bouncing, { address: seq }),
    former: db.all(former, { address: seq }),
    accepted: db.all(accepted, { key }),
    seen: db.all(seen, { key, limit }),
    caused: db.all(caused, { key, limit }),
    digested: db.all(digested, { key, limit }),
    decisions: db.all(decisions, { key, limit }),
    // Of requests of others, and of his own.
    decided: [...decisionsMadeBy(db, key, limit), ...decisionsOf(db, key)],
    changes: db.all(logged, { key, limit }),
  };
}
