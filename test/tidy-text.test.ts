import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Source, sourcesIn } from './sources.ts';

const ours = sourcesIn('src', 'runners');
const all = [...ours, ...sourcesIn('test', 'bench')];

const maxFileLines = 250;
const maxFunctionLines = 70;
const maxColumns = 100;

/** Places that a check found, for the message of a failure. */
function places(
  sources: readonly Source[],
  wrong: (line: string, at: number, source: Source) => boolean,
): readonly string[] {
  return sources.flatMap((source) =>
    source.lines.flatMap((line, at) =>
      wrong(line, at, source) ? [`${source.path}:${at + 1}: ${line.trim().slice(0, 80)}`] : [],
    ),
  );
}

/** A string, a template or a pattern, which no line end may come into. */
const unbroken = /(['"`/])(?:\\.|(?!\1).)*\1|`/;

describe('sizes', () => {
  test(`a file has at most ${maxFileLines} lines`, () => {
    const long = all.filter(({ lines }) => lines.length - 1 > maxFileLines);
    assert.deepEqual(
      long.map(({ path, lines }) => `${path}: ${lines.length - 1}`),
      [],
    );
  });

  test(`a line has at most ${maxColumns} columns, but where it is one string`, () => {
    const wrong = places(all, (line) => [...line].length > maxColumns && !unbroken.test(line));
    assert.deepEqual(wrong, []);
  });

  test(`a function has at most ${maxFunctionLines} lines`, () => {
    const long = ours.flatMap((source) =>
      functionsOf(source).filter(({ lines }) => lines > maxFunctionLines),
    );
    assert.deepEqual(long, []);
  });
});

const opens =
  /(?:\bfunction\b|=>|^\s*(?:(?:static|async|readonly|get|set|\*)\s+)*#?\w+\s*(?:<[^>]*>)?\()/;
const notFunctions = /^\s*(?:if|for|while|switch|catch|return|await|throw|else|do|try)\b/;

/** Functions by the form that the formatter gives them: they end where they began, indented. */
function functionsOf({ path, lines }: Source): { where: string; lines: number }[] {
  return lines.flatMap((line, at) => {
    if (!opens.test(line) || notFunctions.test(line)) return [];
    if (!/[{(]$/.test(line)) return [];
    const indent = /^\s*/.exec(line)?.[0] ?? '';
    let end = at + 1;
    while (end < lines.length) {
      const next = lines[end] ?? '';
      const isShallow = next !== '' && !next.startsWith(`${indent} `);
      // `): Type {` ends the parameters, not the function.
      if (isShallow && !/^\s*\).*\{$/.test(next)) break;
      end += 1;
    }
    return [{ where: `${path}:${at + 1}`, lines: end - at + 1 }];
  });
}

describe('sources of surprise', () => {
  test('the time, chance and the environment are asked for in ground alone', () => {
    const surprises =
      /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.env\b|\bperformance\.now\b|\bhrtime\b|\brandom(?:Bytes|UUID|Int|FillSync)\b/;
    const outside = ours.filter(({ path }) => !path.startsWith('src/ground/'));
    assert.deepEqual(
      places(outside, (line) => surprises.test(line)),
      [],
    );
  });

  test('there are no default exports, enums or namespaces', () => {
    const wrong = /^export default\b|^\s*(?:export\s+)?(?:const\s+)?(?:enum|namespace)\s+\w+ *\{/;
    assert.deepEqual(
      places(all, (line) => wrong.test(line)),
      [],
    );
  });

  test('nothing is left for later', () => {
    const marks = /\b(?:TODO|FIXME|XXX)\b|\b[Nn]ot (?:yet )?implemented/;
    assert.deepEqual(
      places(all, (line, _, { path }) => marks.test(line) && !path.includes('tidy-text')),
      [],
    );
  });
});

describe('captions', () => {
  const exported = /^export (?:async )?(?:abstract )?(?:function\*?|const|class) (\w+)/;

  test('a caption stands over each exported function, class and value', () => {
    assert.deepEqual(
      places(ours, (line, at, source) => exported.test(line) && !hasCaption(source, at)),
      [],
    );
  });

  test('each file of a step or a verb begins with what it is for, or says it over its one export', () => {
    const bare = ours.filter(
      ({ lines }) => !lines.some((line) => line.startsWith('/**') || line.startsWith('//')),
    );
    assert.deepEqual(
      bare.map(({ path }) => path),
      [],
    );
  });

  /** Above it, or at the head of a file that is about this one thing. */
  function hasCaption({ lines }: Source, at: number): boolean {
    const above = lines[at - 1] ?? '';
    if (/\*\/$|^\/\//.test(above.trim())) return true;
    // One caption may stand over a group that is written without a blank line.
    const blank = lines.slice(0, at).lastIndexOf('');
    if (/^\/\*\*|^\/\//.test(lines[blank + 1] ?? '')) return true;
    const isFirst = !lines.slice(0, at).some((line) => /^export\b/.test(line));
    const head = lines[0] ?? '';
    return isFirst && (head.startsWith('/**') || head.startsWith('#!'));
  }
});
