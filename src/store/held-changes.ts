/** What happens to held postings, made true in the books. The first decision counts. */
import { StaleView, unreachable } from '../ground/errors.ts';
import { type Address, addressKey, parseAddress } from '../mail/address.ts';
import type { HeldChange, SenderDeed } from '../model/held.ts';
import type { Books } from './apply.ts';
import { addBan } from './bans.ts';
import type { Logged } from './change-log.ts';
import { heldPosting } from './held.ts';
import type { Known } from './lists.ts';
import { addMember, changeMember } from './member-admin.ts';
import { memberOf } from './members.ts';
import { isOnePerson } from './one-person.ts';
import { q, query } from './sql.ts';

type Kind = HeldChange['kind'];
type Of<K extends Kind> = Extract<HeldChange, { kind: K }>;
type Apply<K extends Kind> = (books: Books, change: Of<K>) => undefined;

const insert = query(
  (p: {
    id: string;
    list: number;
    author: string;
    subject: string;
    bytes: number;
    reasons: string;
    since: number;
    toldAt: number;
  }) =>
    q
      .insertInto('held')
      .values({
        id: p.id,
        list: p.list,
        author: p.author,
        subject: p.subject,
        bytes: p.bytes,
        reasons: p.reasons,
        since: p.since,
        minder: null,
        seconds: null,
        quiet_until: 0,
        told_at: p.toldAt,
        reminders: 0,
      })
      .onConflict((conflict) => conflict.doNothing()),
);
const addKey = query((p: { token: string; held: string; who: string }) =>
  q
    .insertInto('held_key')
    .values({ token: p.token, held: p.held, who: p.who })
    .onConflict((conflict) => conflict.doNothing()),
);
const decide = query(
  (p: {
    id: string;
    decision: Of<'decided'>['decision'];
    reason: string;
    by: string;
    cause: string;
    at: number;
  }) =>
    q
      .updateTable('held')
      .set({
        decision: p.decision,
        reason: p.reason,
        decided_by: p.by,
        decided_cause: p.cause,
        decided_at: p.at,
      })
      .where('id', '=', p.id)
      .where('decision', 'is', null),
);
const second = query((p: { id: string; by: string }) =>
  q.updateTable('held').set({ seconds: p.by }).where('id', '=', p.id),
);
const mind = query((p: { id: string; by: string }) =>
  q
    .updateTable('held')
    .set({ minder: p.by })
    .where('id', '=', p.id)
    .where('minder', 'is', null)
    .where('decision', 'is', null),
);
const defer = query((p: { id: string; until: number }) =>
  q
    .updateTable('held')
    .set({ quiet_until: p.until })
    .where('id', '=', p.id)
    .where('decision', 'is', null),
);
const show = query((p: { id: string; at: number; more: number; seen: number }) =>
  q
    .updateTable('held')
    .set((e) => ({ told_at: p.at, reminders: e('reminders', '+', p.more) }))
    .where('id', '=', p.id)
    .where('told_at', '=', p.seen)
    .where('decision', 'is', null),
);
const forget = query((p: { list: number; before: number }) =>
  q
    .deleteFrom('held')
    .where('list', '=', p.list)
    .where('decision', 'is not', null)
    .where('decided_at', '<', p.before),
);

function applyHeld({ db, lists, now }: Books, change: Of<'held'>): undefined {
  const known = lists.find(change.list);
  if (!known) return;
  const { posting, keys, since, shown } = change;
  db.run(insert, {
    ...posting,
    reasons: JSON.stringify(posting.reasons),
    list: known.seq,
    since,
    toldAt: shown ? now : 0,
  });
  for (const { token, who } of keys) db.run(addKey, { token, held: posting.id, who });
}

function applyDecided(books: Books, change: Of<'decided'>): undefined {
  const { db, lists, now, cause } = books;
  const { entry: id, decision, reason, by, two, sender, seen } = change;
  const posting = heldPosting(db, id);
  if (!posting || posting.decided || posting.seconds !== seen) {
    throw new StaleView(`somebody else decided about ${id}`);
  }
  const isFirst = posting.seconds === undefined || isOnePerson(db, posting.seconds, by);
  if (two && decision === 'accept' && isFirst) {
    db.run(second, { id, by });
    for (const { token, who } of change.keys ?? []) db.run(addKey, { token, held: id, who });
    return;
  }
  db.run(decide, { id, decision, reason, by, cause, at: now });
  const known = lists.find(change.list);
  const author = parseAddress(posting.author);
  if (sender && known && author) dealWithSender({ ...books, by }, known, author, sender);
}

/** With the decision, because it must not happen where another one was faster. */
function dealWithSender(
  { db, now, cause, by: who }: Books & { readonly by: string },
  list: Known,
  author: Address,
  deed: SenderDeed,
): void {
  const by = { cause, now };
  switch (deed) {
    case 'ban':
      // A ban is shown with whom it is owed to.
      addBan(db, { ...by, cause: who }, list, author, 'with a decision about a held posting');
      return;
    case 'accept':
    case 'clear': {
      const action = deed === 'accept' ? 'accept' : 'default';
      const key = addressKey(author);
      const isMember = memberOf(db, list, 'member', key) !== undefined;
      const role = isMember ? 'member' : 'nonmember';
      if (isMember || memberOf(db, list, role, key)) {
        changeMember(db, by, list, role, key, { action });
      } else if (deed === 'accept') addMember(db, by, list, role, author, { action });
      return;
    }
    default:
      unreachable(deed);
  }
}

function applyShown({ db, lists, now }: Books, change: Of<'shown'>): undefined {
  const known = lists.find(change.list);
  for (const { id, toldAt, reminder } of change.entries) {
    if (db.run(show, { id, at: now, more: reminder ? 1 : 0, seen: toldAt }).changes === 0) {
      throw new StaleView(`somebody was told of ${id} meanwhile`);
    }
  }
  for (const { token, who, entry } of change.keys) {
    if (heldPosting(db, entry)) db.run(addKey, { token, held: entry, who });
  }
  if (known) db.run(forget, { list: known.seq, before: change.forget });
}

export const heldAppliers: { readonly [K in Kind]: Apply<K> } = {
  held: applyHeld,
  decided: applyDecided,
  minded: ({ db }, { entry, by }) => {
    // The others are told who it is: it must be one.
    if (db.run(mind, { id: entry, by }).changes === 0) {
      throw new StaleView(`somebody else looks after ${entry}`);
    }
    return undefined;
  },
  deferred: ({ db }, { entry, until }) => void db.run(defer, { id: entry, until }),
  shown: applyShown,
};

/** The line about a change. */
export function loggedHeld(change: HeldChange): Logged {
  const { kind, list } = change;
  switch (kind) {
    case 'held': {
      const { id, author } = change.posting;
      return { list, kind, subject: id, detail: { author } };
    }
    case 'decided': {
      const { entry, decision, by, sender } = change;
      return { list, kind, subject: entry, detail: { decision, by, sender } };
    }
    case 'minded':
      return { list, kind, subject: change.entry, detail: { by: change.by } };
    case 'deferred':
      return { list, kind, subject: change.entry, detail: { by: change.by } };
    case 'shown':
      return {
        list,
        kind,
        subject: '',
        detail: { entries: change.entries.length },
      };
    default:
      return unreachable(change);
  }
}
