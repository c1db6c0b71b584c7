import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { root, type Source, sourcesIn } from './sources.ts';

const sources = sourcesIn('src', 'runners');

/** The layers, the lowest first: design, section 3. What stands on one line is equal. */
const layers: readonly (readonly string[])[] = [
  ['ground'],
  ['mail'],
  ['model'],
  ['spool', 'store', 'mta', 'archive'],
  ['rules', 'handlers', 'commands', 'detectors', 'composers', 'cron'],
  ['engine'],
  ['runners', 'cli', 'master', 'web'],
];
const shelves = 3;
const steps = 4;

/** `spool` of `src/spool/spool.ts`, `runners` of `runners/lmtp.ts`. */
function roomOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'src' ? second : first;
}

function layerOf(room: string): number {
  return layers.findIndex((rooms) => rooms.includes(room));
}

/** Imports of files of ours. */
function* ownImports(some: readonly Source[]): Generator<{ from: string; of: string }> {
  for (const { path, imports } of some) {
    for (const { of } of imports) {
      if (of.startsWith('src/') || of.startsWith('runners/')) yield { from: path, of };
    }
  }
}

describe('layers', () => {
  test('each folder of src has its place in them', () => {
    const rooms = new Set(sources.map(({ path }) => roomOf(path)));
    assert.deepEqual(
      [...rooms].filter((room) => layerOf(room) < 0),
      [],
    );
  });

  test('lower never imports higher, and equals never import each other', () => {
    const wrong: string[] = [];
    for (const { from, of } of ownImports(sources)) {
      const [here, there] = [roomOf(from), roomOf(of)];
      if (here !== there && layerOf(there) >= layerOf(here)) wrong.push(`${from} imports ${of}`);
    }
    assert.deepEqual(wrong, []);
  });

  test('steps do not see the shelves: they look through a view and return a value', () => {
    const wrong: string[] = [];
    for (const { from, of } of ownImports(sources)) {
      if (layerOf(roomOf(from)) === steps && layerOf(roomOf(of)) === shelves) {
        wrong.push(`${from} imports ${of}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  test('every import is of a file that is there', () => {
    const wrong = [...ownImports(sources)].filter(({ of }) => !existsSync(join(root, of)));
    assert.deepEqual(wrong, []);
  });
});

test('no file imports itself through others; types that vanish do not count', () => {
  const next = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports.filter(({ isType }) => !isType).map(({ of }) => of),
    ]),
  );
  const done = new Set<string>();
  const walk = (path: string, way: readonly string[]): readonly string[] | undefined => {
    const at = way.indexOf(path);
    if (at >= 0) return [...way.slice(at), path];
    if (done.has(path)) return undefined;
    for (const of of next.get(path) ?? []) {
      const circle = walk(of, [...way, path]);
      if (circle) return circle;
    }
    done.add(path);
    return undefined;
  };
  for (const path of next.keys()) assert.equal(walk(path, [])?.join(' -> '), undefined);
});

/** Packages that more than one file may import, and why. */
const shared: Readonly<Record<string, string>> = {
  zod: 'the language in which shapes from outside are written down, each beside its type',
};

describe('dependencies', () => {
  const byPackage = new Map<string, Set<string>>();
  for (const { path, imports } of sources) {
    for (const { of } of imports) {
      if (/^(node:|src\/|runners\/)/.test(of)) continue;
      const [scope = '', name = ''] = of.split('/');
      const dependency = scope.startsWith('@') ? `${scope}/${name}` : scope;
      byPackage.set(dependency, (byPackage.get(dependency) ?? new Set()).add(path));
    }
  }

  for (const [dependency, files] of byPackage) {
    if (dependency in shared) continue;
    test(`${dependency} has one importing file`, () => {
      assert.equal(files.size, 1, [...files].join(', '));
    });
  }

  test('are those of package.json, and none of them is idle', async () => {
    const { readFileSync } = await import('node:fs');
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    assert.deepEqual([...byPackage.keys()].sort(), Object.keys(dependencies).sort());
  });
});

/** Folders of steps, and what beside the table is no step in them. */
const tables = ['rules', 'handlers', 'commands', 'detectors', 'cron'];

describe('steps', () => {
  for (const folder of tables) {
    test(`each file of ${folder} stands in its table`, () => {
      const own = sources.filter(({ path }) => dirname(path) === `src/${folder}`);
      if (own.length === 0) return;
      const table = own.find(({ path }) => basename(path) === 'index.ts');
      assert.ok(table, `src/${folder}/index.ts is missing`);
      const listed = new Set(table.imports.map(({ of }) => of));
      const idle = own.filter(({ path }) => path !== table.path && !listed.has(path));
      assert.deepEqual(
        idle.map(({ path }) => path),
        [],
      );
    });
  }

  test('each composer is asked by somebody: there is no table of them, because none is tried in turn', () => {
    const composers = sources.filter(({ path }) => roomOf(path) === 'composers');
    const asked = new Set([...ownImports(sources)].map(({ of }) => of));
    assert.deepEqual(
      composers.map(({ path }) => path).filter((path) => !asked.has(path)),
      [],
    );
  });

  test('each runner is known by name, and each name has its file', async () => {
    const { runnerNames } = await import('../src/model/runners.ts');
    const files = sources
      .filter(({ path }) => path.startsWith('runners/'))
      .map(({ path }) => basename(path, '.ts'));
    assert.deepEqual(files.sort(), [...runnerNames].sort());
  });

  test('each file of src is used', () => {
    const started = /^src\/(cli\/main|master\/main|engine\/process)\.ts$/;
    const used = new Set([...ownImports(sources)].map(({ of }) => of));
    const idle = sources.map(({ path }) => path).filter((path) => !used.has(path));
    assert.deepEqual(
      idle.filter((path) => !started.test(path) && !path.startsWith('runners/')),
      [],
    );
  });
});
