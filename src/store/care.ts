/** Reads what is due on a list, a step's worth at a time. */
import type { Care, ComplaintTold, Patient, Storm, WarnedPatient } from '../model/care.ts';
import { untoldOurs } from './bounce-ours.ts';
import { evidenceOf, missedBy } from './care-evidence.ts';
import type { Known } from './lists.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';
import { stormsOf } from './storm-list.ts';

const dayMs = 86_400_000;
/** People in one step: each of them is a letter. */
export const maxCared = 100;
/** Names in one notice to the owners. */
const maxTold = 1000;
const maxStorms = 20;

function patients() {
  return q
    .selectFrom('bouncer')
    .innerJoin('member', 'member.number', 'bouncer.member')
    .innerJoin('address', 'address.seq', 'member.address')
    .select(['bouncer.member', 'address.address', 'bouncer.disabled_at', 'bouncer.warnings'])
    .select(['bouncer.disabled_by', 'bouncer.last_event']);
}

function stopped(list: number) {
  return patients()
    .where('bouncer.list', '=', list)
    .where('bouncer.disabled_at', 'is not', null)
    .where('member.status', '=', 'by-bounces')
    .orderBy('bouncer.disabled_at');
}

const untold = query((p: { list: number; limit: number }) =>
  stopped(p.list).where('bouncer.told_at', 'is', null).limit(p.limit),
);
const toWarn = query((p: { list: number; most: number; before: number; limit: number }) =>
  stopped(p.list)
    .where('bouncer.warnings', '<', p.most)
    .where((e) => e.or([e('bouncer.warnings', '=', 0), e('bouncer.warned_at', '<=', p.before)]))
    .limit(p.limit),
);
const toRemove = query((p: { list: number; most: number; before: number; limit: number }) =>
  stopped(p.list)
    .where('bouncer.warnings', '>=', p.most)
    .where((e) => e(e.fn.coalesce('bouncer.warned_at', 'bouncer.disabled_at'), '<=', p.before))
    .limit(p.limit),
);
const toProbe = query((p: { list: number; limit: number }) =>
  patients()
    .where('bouncer.list', '=', p.list)
    .where('bouncer.probe_due', 'is not', null)
    .where('member.status', '=', 'enabled')
    .orderBy('bouncer.probe_due')
    .limit(p.limit),
);
const complaints = query((p: { list: number; limit: number }) =>
  q
    .selectFrom('bounce_event')
    .select(['seq', 'address', 'effect', 'at', 'cause', 'status', 'diagnostic'])
    .where('list', '=', p.list)
    .where('told', '=', 0)
    .orderBy('seq')
    .limit(p.limit),
);
const roundOf = query((p: { list: number }) =>
  q.selectFrom('bounce_round').select('number').where('list', '=', p.list),
);

type Row = {
  readonly member: number;
  readonly address: string;
  readonly disabled_at: number | null;
  readonly warnings: number;
  readonly disabled_by: number | null;
  readonly last_event: number | null;
};

/** What is due at `now`. Without `evidence` it only counts. */
export function careOf(db: Database, list: Known, now: number): Care {
  const { settings } = list.view;
  const { bounceWarnings: most, bounceWarningDays: days } = settings;
  const about = { list: list.seq, limit: maxCared };
  const due = { ...about, most, before: now - days * dayMs };
  const told = settings.bounceTellOwners ? db.all(untold, { list: list.seq, limit: maxTold }) : [];
  return {
    round: db.get(roundOf, { list: list.seq })?.number ?? 0,
    disabled: told.map((row) => patientOf(db, row)),
    probes: db.all(toProbe, about).map((row) => patientOf(db, row)),
    warnings: db.all(toWarn, due).map((row) => warnedOf(db, list, row)),
    removals: settings.bounceRemoval ? db.all(toRemove, due).map((row) => patientOf(db, row)) : [],
    storms: untoldStorms(db, list),
    complaints: db.all(complaints, { list: list.seq, limit: maxTold }) satisfies ComplaintTold[],
    ours: settings.bounceTellOwners ? untoldOurs(db, list, now) : [],
  };
}

function patientOf(db: Database, row: Row): Patient {
  return {
    number: row.member,
    address: row.address,
    since: row.disabled_at ?? 0,
    warnings: row.warnings,
    evidence: evidenceOf(db, row.disabled_by ?? row.last_event),
  };
}

function warnedOf(db: Database, list: Known, row: Row): WarnedPatient {
  return { ...patientOf(db, row), ...missedBy(db, list, row.last_event, row.disabled_at) };
}

function untoldStorms(db: Database, list: Known): Storm[] {
  return stormsOf(db, list, { untold: true, limit: maxStorms });
}
