/** Settings of a list: only what differs from the default is kept, with who changed it when. */
import { exit, UsageError } from '../ground/errors.ts';
import { readSetting, type SettingName, settingNames, settingTable } from '../model/settings.ts';
import { type Cause, log } from './change-log.ts';
import type { Known } from './lists.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

/** What somebody wants of one setting; undefined takes the default. */
export type SettingWish = { readonly name: SettingName; readonly value: unknown };

/** One setting in one version; null is the default. */
export type SettingEdit = {
  readonly version: number;
  readonly name: string;
  readonly at: number;
  readonly who: string;
  readonly old: unknown;
  readonly new: unknown;
};

/** Editions that `list history` and `--revert` go back at most. */
const maxHistory = 10_000;

const current = query((p: { list: number; name: string }) =>
  q.selectFrom('setting').select('value').where('list', '=', p.list).where('name', '=', p.name),
);
const write = query((p: { list: number; name: string; value: string; version: number }) =>
  q
    .insertInto('setting')
    .values({ list: p.list, name: p.name, value: p.value, version: p.version })
    .onConflict((conflict) =>
      conflict.columns(['list', 'name']).doUpdateSet((e) => ({
        value: e.ref('excluded.value'),
        version: e.ref('excluded.version'),
      })),
    ),
);
const reset = query((p: { list: number; name: string }) =>
  q.deleteFrom('setting').where('list', '=', p.list).where('name', '=', p.name),
);
const setVersion = query((p: { list: number; version: number }) =>
  q.updateTable('list').set({ version: p.version }).where('seq', '=', p.list),
);
const versionOf = query((p: { list: number }) =>
  q.selectFrom('list').select('version').where('seq', '=', p.list),
);
const remember = query(
  (p: {
    list: number;
    version: number;
    name: string;
    at: number;
    who: string;
    old: string | null;
    value: string | null;
  }) =>
    q.insertInto('setting_history').values({
      list: p.list,
      version: p.version,
      name: p.name,
      at: p.at,
      who: p.who,
      old: p.old,
      new: p.value,
    }),
);
const historyOf = query((p: { list: number; above: number; limit: number }) =>
  q
    .selectFrom('setting_history')
    .select(['version', 'name', 'at', 'who', 'old', 'new'])
    .where('list', '=', p.list)
    .where('version', '>', p.above)
    .orderBy('version', 'desc')
    .orderBy('name')
    .limit(p.limit),
);

/** Newest first; those above version `above`. */
export function settingHistory(db: Database, list: Known, above = 0): SettingEdit[] {
  return db.all(historyOf, { list: list.seq, above, limit: maxHistory }).map((row) => ({
    ...row,
    old: row.old === null ? null : (JSON.parse(row.old) as unknown),
    new: row.new === null ? null : (JSON.parse(row.new) as unknown),
  }));
}

/** Makes one new version of all wishes that change something; gives the names of these. */
export function changeSettings(
  db: Database,
  by: Cause,
  list: Known,
  wishes: readonly SettingWish[],
): readonly SettingName[] {
  const checked = wishes.map((wish) => ({ name: wish.name, value: storedForm(wish) }));
  return db.transaction(() => {
    const version = (db.get(versionOf, { list: list.seq })?.version ?? 0) + 1;
    const changed = checked.filter(({ name, value }) =>
      changeOne(db, by, list, version, name, value),
    );
    if (changed.length > 0) db.run(setVersion, { list: list.seq, version });
    return changed.map(({ name }) => name);
  });
}

/** JSON of the value, or null for the default; refuses what the schema does not take. */
function storedForm({ name, value }: SettingWish): string | null {
  if (value === undefined || value === null) return null;
  const read = readSetting(name, value);
  if (read.kind === 'wrong') {
    const { help, initial } = settingTable[name];
    throw new UsageError(
      `${name} cannot be ${JSON.stringify(value)}; wanted: ${read.wanted}\n` +
        `${name}: ${help} (default: ${JSON.stringify(initial)})`,
      exit.dataErr,
    );
  }
  const text = JSON.stringify(read.value);
  return text === JSON.stringify(settingTable[name].initial) ? null : text;
}

function changeOne(
  db: Database,
  by: Cause,
  list: Known,
  version: number,
  name: SettingName,
  value: string | null,
): boolean {
  const old = db.get(current, { list: list.seq, name })?.value ?? null;
  if (old === value) return false;
  if (value === null) db.run(reset, { list: list.seq, name });
  else db.run(write, { list: list.seq, name, value, version });
  db.run(remember, { list: list.seq, version, name, at: by.now, who: by.cause, old, value });
  log(db, by, { list: list.view.id, kind: 'setting', subject: name, detail: { version } });
  return true;
}

/** Makes a new version that says what version `to` said. */
export function revertSettings(
  db: Database,
  by: Cause,
  list: Known,
  to: number,
): readonly SettingName[] {
  return db.transaction(() => {
    const newest = db.get(versionOf, { list: list.seq })?.version ?? 0;
    if (to > newest) {
      throw new UsageError(
        `${list.view.id} has no version ${to}; the newest is ${newest}`,
        exit.noInput,
      );
    }
    const before = new Map<SettingName, unknown>();
    // From the newest back: the oldest edit above `to` has the value that `to` had.
    for (const edit of settingHistory(db, list, to)) {
      const name = settingNames.find((known) => known === edit.name);
      if (name !== undefined) before.set(name, edit.old ?? undefined);
    }
    return changeSettings(
      db,
      by,
      list,
      [...before].map(([name, value]) => ({ name, value })),
    );
  });
}
