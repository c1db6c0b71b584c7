import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change } from '../../src/model/change.ts';
import { entryId } from '../../src/model/ids.ts';
import type { Database } from '../../src/store/sqlite.ts';
import { address } from '../literals.ts';
import { listWith, opened } from './opened.ts';

const ann = 'ann@x.org';

/** Runs SQL of the test's own. */
function run(db: Database, sql: string): void {
  db.run({ sql, bind: () => [] }, {});
}

type Row = Readonly<Record<string, unknown>>;
function rows(db: Database, sql: string): Row[] {
  return db.all({ sql, bind: () => [], row: {} as Row }, {});
}

const columns = `select m.name as tab, p.name as col, p.type as type, p."notnull" as needed, p.pk
  from sqlite_schema m join pragma_table_info(m.name) p where m.type = 'table'`;

/** Columns that stay: what owners and admins wrote, who it was, and subjects of postings. */
const kept = new Set([
  ...['ban.entry', 'ban.address_key', 'ban.who', 'ban.reason'],
  ...['setting.value', 'setting_history.old', 'setting_history.new', 'setting_history.who'],
  ...['posting.subject', 'held.subject', 'digest_posting.subject'],
  ...['mailing_order.who', 'bounce_storm.decided_by'],
]);
/** What names a column that may hold somebody's address. */
const personal =
  /^(?:address|key|author|who|target|source|subject|minder|seconds|decided_by|sender|authenticated)$/;

test('who is erased is in no table any more', async () => {
  await using at = await opened();
  const cats = await listWith(at, 'cats', ['bob@x.org']);
  const admin = at.store.as('test');
  await admin.addMember(cats, 'member', address(ann), { options: { hidden: 'on' } });
  await admin.addMember(cats, 'owner', address(ann));
  await admin.addUser(address(ann), 'Ann');
  const db = await at.rows();
  run(db, 'pragma foreign_keys = off');
  run(db, 'pragma ignore_check_constraints = on');
  for (const { tab } of rows(db, "select name as tab from sqlite_schema where type = 'table'")) {
    // One row more for each table that may hold an address, with his in each such column.
    const own = rows(db, columns).filter((one) => one['tab'] === tab);
    const marked = own.filter(({ col }) => personal.test(String(col)));
    const isBase = /^(?:address|user_address|user|member|preference|domain|list)$/.test(
      String(tab),
    );
    if (isBase || !marked.some(({ type }) => type === 'TEXT')) continue;
    const needed = own.filter((one) => one['needed'] === 1 && !marked.includes(one));
    const values = [
      ...marked.map(({ col, type }) => [col, type === 'TEXT' ? `'${ann}'` : '1']),
      ...needed.map(({ col, type }) => [col, type === 'TEXT' ? "'{}'" : '1']),
    ];
    const names = values.map(([col]) => `"${String(col)}"`).join(', ');
    run(
      db,
      `insert into "${String(tab)}" (${names}) values (${values.map(([, v]) => v).join(', ')})`,
    );
  }
  const found = () =>
    rows(db, columns)
      .filter(({ tab, col, type }) => type === 'TEXT' && !kept.has(`${String(tab)}.${String(col)}`))
      .flatMap(({ tab, col }) => {
        const where = `instr(lower("${String(col)}"), '${ann}') > 0`;
        const [row] = rows(db, `select count(*) as n from "${String(tab)}" where ${where}`);
        return row?.['n'] === 0 ? [] : [`${String(tab)}.${String(col)}`];
      });
  assert(found().length > 15, `he was in ${found().join(', ')}`);
  await admin.erase(address(ann));
  assert.deepEqual(found(), []);
  assert.equal((await at.store.countMembers(cats)).member, 1, 'others stay');
});

/** Spelled in ways that SQL's lower case does not make equal, and as it is looked up. */
const spelled = [
  ['Ann@X.org', 'ann@x.org'],
  ['Jörg@Müller.example', 'jörg@xn--mller-kva.example'],
  ['ÄNNE@x.org', 'änne@x.org'],
  ['"John"@x.org', 'john@x.org'],
  ['"John Doe"@x.org', '"john doe"@X.org'],
] as const;

for (const [written, sought] of spelled) {
  test(`what writers keep of ${written} is found and forgotten as ${sought}`, async () => {
    await using at = await opened();
    const { store } = at;
    const cats = await listWith(at, 'cats', [written, 'a_nn@x.org']);
    const who = address(written);
    const mail = { messageId: '<a@x>', author: who, subject: 'food' };
    const posting = { id: entryId('h'), author: who, subject: 'mice', bytes: 9, reasons: [] };
    const collected = {
      ...{ ...mail, author: 'Ann Smith', file: entryId('f'), number: 1, upTo: 9, thread: 't' },
      ...{ topics: undefined, parent: '', bytes: 9, wide: false, archived: false },
    };
    const entry = posting.id;
    const by = { list: cats, entry, by: written };
    const other = { ...by, entry: entryId('i') };
    const accept = { kind: 'decided', decision: 'accept', reason: '', two: true } as const;
    const changes: Change[] = [
      { kind: 'accepted', list: cats, posting: entryId('a'), ...mail },
      {
        ...{ kind: 'authenticated', list: cats, posting: entryId('a') },
        results: `spf=pass smtp.mailfrom=${written}`,
      },
      { kind: 'collected', list: cats, posting: collected },
      ...[posting, { ...posting, id: other.entry }].map(
        (one): Change => ({
          ...{ kind: 'held', list: cats, posting: one, since: 1, shown: true },
          keys: [{ token: `token ${one.id}`, who }],
        }),
      ),
      { kind: 'minded', ...by },
      { ...accept, ...other, seen: undefined },
      { ...accept, ...by, decision: 'reject', seen: undefined },
      {
        ...{ kind: 'refused', list: cats, mailing: entryId('a') },
        refusals: [{ address: written, code: 550, text: 'no' }],
      },
      { kind: 'moved', list: cats, from: who, to: address('new@x.org'), seen: null },
      {
        kind: 'moved',
        list: cats,
        from: address('a_nn@x.org'),
        to: address('b@x.org'),
        seen: null,
      },
    ];
    for (const [n, change] of changes.entries()) {
      const [applied] = await store.apply([{ cause: `c${n}`, changes: [change], fate: '' }], 2);
      assert.equal(applied?.kind, 'applied', change.kind);
    }
    const shown = await store.people.personal(address(sought));
    const kinds = ['postings', 'held', 'refusals', 'digested', 'decisions', 'changes'];
    const counts = kinds.map((kind) => (shown[kind] as readonly unknown[]).length);
    assert.deepEqual(counts.slice(0, 5), [1, 2, 1, 1, 2]);
    assert.ok((counts[5] ?? 0) >= 6, `changes: ${counts[5]}`);
    await store.as('test').erase(address(sought));
    const db = await at.rows();
    const left = rows(db, columns)
      .filter(({ col, type }) => type === 'TEXT' && col !== 'sql')
      .flatMap(({ tab, col }) =>
        rows(db, `select "${String(col)}" as v from "${String(tab)}"`).map(({ v }) => String(v)),
      );
    const forms = [written, sought, JSON.stringify(written).slice(1, -1), 'Ann Smith'];
    assert.deepEqual(
      left.filter((text) => forms.some((form) => text.toLowerCase().includes(form.toLowerCase()))),
      [],
    );
    assert.ok(
      left.some((text) => text.includes('a_nn@x.org')),
      'others stay',
    );
  });
}

test('a long change log is gone through in slices: others write in between', async () => {
  await using at = await opened();
  const db = await at.rows();
  run(
    db,
    `insert into change_log (at, cause, kind, subject, detail)
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 50000)
      select 1, 'test', 'joined', iif(i % 10000 = 0, '${ann}', 'bob@x.org'), '{}' from n`,
  );
  let written = 0;
  let over = false;
  const write = () => {
    if (over) return;
    run(db, `update domain set description = '${written}'`);
    written += 1;
    setImmediate(write);
  };
  const erasing = at.store.as('test').erase(address(ann));
  write();
  await erasing;
  over = true;
  assert.ok(written >= 3, `${written} got in between`);
  const left = rows(db, `select count(*) as n from change_log where subject = '${ann}'`);
  assert.equal(left[0]?.['n'], 0);
  const others = rows(db, "select count(*) as n from change_log where subject = 'bob@x.org'");
  assert.equal(others[0]?.['n'], 49_995);
});
