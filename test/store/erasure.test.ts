import assert from 'node:assert/strict';
import { test } from 'node:test';
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
  /^(?:address|key|author|who|target|source|subject|minder|seconds|decided_by|sender)$/;

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
