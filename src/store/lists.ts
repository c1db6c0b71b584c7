/** Lists as steps see them, kept ready until somebody changes one. */
import { exit, UsageError } from '../ground/errors.ts';
import { writesSoFar } from '../ground/writes.ts';
import { joinAddress } from '../mail/address.ts';
import { listId } from '../model/ids.ts';
import type { ListView } from '../model/list.ts';
import {
  initialSettings,
  readSetting,
  type SettingName,
  type Settings,
  settingNames,
} from '../model/settings.ts';
import { q, query } from './sql.ts';
import type { Database } from './sqlite.ts';

/** Views kept at most; at that many all are dropped and read again as needed. */
const maxViews = 2000;
const page = 500;

export type Known = { readonly seq: number; readonly version: number; readonly view: ListView };

const generation = query(() => q.selectFrom('generation').select('value').where('id', '=', 1));

const columns = [
  'list.seq',
  'list.id',
  'list.name',
  'list.domain',
  'list.version',
  'list.archive',
] as const;

const byId = query((p: { id: string }) =>
  q.selectFrom('list').select(columns).where('id', '=', p.id),
);
const byOldId = query((p: { id: string }) =>
  q
    .selectFrom('list_alias as alias')
    .innerJoin('list', 'list.seq', 'alias.list')
    .select(columns)
    .where('alias.id', '=', p.id),
);
const settingsOf = query((p: { list: number }) =>
  q.selectFrom('setting').select(['name', 'value']).where('list', '=', p.list),
);
const idsOf = query((p: { after: string; limit: number }) =>
  q.selectFrom('list').select('id').where('id', '>', p.after).orderBy('id').limit(p.limit),
);
const idsIn = query((p: { after: string; limit: number; domain: string }) =>
  q
    .selectFrom('list')
    .select('id')
    .where('domain', '=', p.domain)
    .where('id', '>', p.after)
    .orderBy('id')
    .limit(p.limit),
);
const idsNamed = query((p: { name: string; limit: number }) =>
  q.selectFrom('list').select('id').where('name', '=', p.name).orderBy('id').limit(p.limit),
);
/** Lists of one name that are offered to a person. */
const maxNamesakes = 20;

/** The lists of a site. Old names of renamed lists find them too. */
export class Lists {
  readonly #db: Database;
  readonly #known = new Map<string, Known>();
  #generation = -1;
  /** What we had written when the generation was looked at in this turn of the loop. */
  #looked: number | undefined;

  constructor(db: Database) {
    this.#db = db;
  }

  /** A list that a person named: that it is not there is for them to hear. */
  want(id: string): Known {
    const known = this.find(id);
    if (!known) throw new UsageError(`no list ${id}`, exit.noInput);
    return known;
  }

  find(id: string): Known | undefined {
    this.#refresh();
    const known = this.#known.get(id);
    if (known) return known;
    const row = this.#db.get(byId, { id }) ?? this.#db.get(byOldId, { id });
    if (!row) return undefined;
    if (this.#known.size >= maxViews) this.#known.clear();
    const found = {
      seq: row.seq,
      version: row.version,
      view: viewOf(
        row,
        this.#db.all(settingsOf, { list: row.seq }),
        this.#db.all(formerOf, { list: row.seq, limit: maxFormer }),
      ),
    };
    this.#known.set(id, found);
    return found;
  }

  at(name: string, domain: string): Known | undefined {
    const found = this.find(`${name}.${domain}`);
    if (!found) return undefined;
    // `a.b` at `c.org` and `a` at `b.c.org` would have one id; only one of them is there.
    if (found.view.name === name && found.view.domain === domain) return found;
    return this.#isOldName(found.seq, name, domain) ? found : undefined;
  }

  /** Those with that name, in whichever domain. */
  named(name: string): Known[] {
    return this.#db.all(idsNamed, { name, limit: maxNamesakes }).flatMap(({ id }) => {
      const known = this.find(id);
      return known ? [known] : [];
    });
  }

  /** By id, page by page: nobody waits for a reader who takes his time. */
  async *all(domain?: string): AsyncGenerator<Known> {
    for (let after = ''; ; ) {
      const ids =
        domain === undefined
          ? this.#db.all(idsOf, { after, limit: page })
          : this.#db.all(idsIn, { after, limit: page, domain });
      for (const { id } of ids) {
        const known = this.find(id);
        if (known) yield known;
        after = id;
      }
      if (ids.length < page) return;
    }
  }

  /** What others change is seen in the next turn: a step asks for its list ten times. */
  #refresh(): void {
    if (this.#looked === writesSoFar()) return;
    if (this.#looked === undefined) setImmediate(() => (this.#looked = undefined));
    this.#looked = writesSoFar();
    const now = this.#db.get(generation, {})?.value ?? 0;
    if (now === this.#generation) return;
    this.#known.clear();
    this.#generation = now;
  }

  #isOldName(seq: number, name: string, domain: string): boolean {
    return this.#db.get(aliasAt, { name, domain })?.list === seq;
  }
}

const aliasAt = query((p: { name: string; domain: string }) =>
  q
    .selectFrom('list_alias')
    .select('list')
    .where('name', '=', p.name)
    .where('domain', '=', p.domain),
);

const formerOf = query((p: { list: number; limit: number }) =>
  q
    .selectFrom('list_alias')
    .select(['id', 'name', 'domain'])
    .where('list', '=', p.list)
    .orderBy('since', 'desc')
    .limit(p.limit),
);
/** More names than these are not looked at where a posting, or a return path, names the list. */
const maxFormer = 50;

type Stored = { readonly name: string; readonly value: string };

/** Settings that cannot be read fail whoever asks for them, and not who wants to mend them. */
function viewOf(
  row: Record<'id' | 'name' | 'domain' | 'archive', string>,
  stored: readonly Stored[],
  former: readonly { readonly id: string; readonly name: string; readonly domain: string }[],
): ListView {
  let settings: Settings | undefined;
  return {
    id: listId(row.id),
    name: row.name,
    domain: row.domain,
    address: joinAddress(row.name, row.domain),
    former: former.map((one) => ({ ...one, id: listId(one.id) })),
    archive: listId(row.archive),
    get settings() {
      settings ??= Object.freeze({ ...initialSettings, ...parseSettings(stored, row.id) });
      return settings;
    },
  };
}

/**
 * Reads stored values. A setting that a newer Listmill knows is left alone; a value that cannot
 * be read stops the list's mail, for a default in its place might let anybody post.
 */
function parseSettings(rows: readonly Stored[], list: string): Partial<Settings> {
  const found: [SettingName, unknown][] = [];
  for (const row of rows) {
    const name = settingNames.find((known) => known === row.name);
    if (name === undefined) continue;
    const read = readSetting(name, JSON.parse(row.value));
    if (read.kind === 'wrong') {
      throw new Error(
        `list ${list}: the stored ${name} is ${row.value}; wanted: ${read.wanted}; ` +
          `"listmill list set ${list} --reset ${name}" takes the default`,
      );
    }
    found.push([name, read.value]);
  }
  return Object.fromEntries(found) as Partial<Settings>;
}
