import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import type { Io } from '../../src/cli/command.ts';
import { type Column, list, progress, show, when } from '../../src/cli/output.ts';

type Row = { readonly name: string; readonly count: number };

const columns: readonly Column<Row>[] = [
  { title: 'NAME', of: (row) => row.name },
  { title: 'COUNT', of: (row) => row.count, align: 'right' },
];

async function printed(work: (io: Io) => Promise<unknown>, isTTY = false) {
  const stdout = new PassThrough();
  const stderr = Object.assign(new PassThrough(), { isTTY });
  const heard = Promise.all([text(stdout), text(stderr)]);
  await work({
    stdin: process.stdin,
    stdout,
    stderr,
    isTerminal: false,
    site: () => Promise.reject(new Error('no site here')),
    siteOption: undefined,
    cwd: '/',
    now: () => 0,
    exit: () => {},
  });
  stdout.end();
  stderr.end();
  const [out, err] = await heard;
  return { out, err };
}

describe('a listing', () => {
  test('is a table as wide as its rows', async () => {
    const rows = [
      { name: 'a', count: 10 },
      { name: 'wörld', count: 7 },
    ];
    const { out } = await printed((io) => list(io, {}, rows, columns));
    assert.equal(out, 'NAME   COUNT\na         10\nwörld      7\n');
  });

  test('says that there is nothing beside the output, not in it', async () => {
    assert.deepEqual(await printed((io) => list(io, {}, [], columns, 'No cats.')), {
      out: '',
      err: 'No cats.\n',
    });
  });

  test('is for programs one JSON array with an element a line', async () => {
    const rows = [
      { name: 'a', count: 1 },
      { name: 'b', count: 2 },
    ];
    const { out } = await printed((io) => list(io, { json: true }, rows, columns));
    assert.equal(out, '[\n{"name":"a","count":1},\n{"name":"b","count":2}\n]\n');
    const none = await printed((io) => list(io, { json: true }, [], columns));
    assert.deepEqual(none, { out: '[]\n', err: '' });
  });

  test('goes on after the rows that its width was taken from', async () => {
    const rows = Array.from({ length: 3000 }, (_, n) => ({ name: `n${n}`, count: n }));
    const { out } = await printed((io) => list(io, {}, rows, columns));
    const lines = out.trimEnd().split('\n');
    assert.equal(lines.length, 3001);
    assert.equal(lines.at(-1), 'n2999   2999');
  });

  test('keeps what members call themselves from steering the terminal', async () => {
    const rows = [{ name: 'a\x1b[2J\r\nb\u202ec', count: 1 }];
    const { out } = await printed((io) => list(io, {}, rows, columns));
    assert.equal(out.split('\n')[1], 'a [2J b c      1');
  });

  test('waits for a slow reader', async () => {
    let produced = 0;
    const rows = (function* () {
      for (; produced < 50_000; produced += 1) yield { name: 'x'.repeat(100), count: produced };
    })();
    const stdout = new PassThrough({ highWaterMark: 1000 });
    const done = printed((io) => list({ ...io, stdout }, {}, rows, columns));
    await new Promise((resume) => setImmediate(resume));
    await new Promise((resume) => setImmediate(resume));
    assert.ok(produced < 10_000, `${produced} rows were read ahead`);
    stdout.resume();
    await done;
    assert.equal(produced, 50_000);
  });
});

test('one thing is lines for people and an object for programs', async () => {
  const value = { a: 1 };
  const lines = [
    ['name', 'x'],
    ['is there', true],
  ] as const;
  assert.equal(
    (await printed((io) => show(io, {}, value, lines))).out,
    'name      x\nis there  yes\n',
  );
  assert.equal(
    (await printed((io) => show(io, { json: true }, value, lines))).out,
    '{\n  "a": 1\n}\n',
  );
});

test('progress is drawn on a terminal only, and taken away', async () => {
  const work = async (io: Io) => {
    const bar = progress(io, 'reading');
    bar.at(1, 2);
    bar.end();
  };
  assert.equal((await printed(work)).err, '');
  const { err } = await printed(work, true);
  assert.match(err, /reading \[#{15}\.{15}\] {2}50 %/);
  assert.ok(err.endsWith('\r\x1b[K'));
});

test('times are in UTC', () => {
  assert.equal(when(0), '-');
  assert.equal(when(Date.UTC(2026, 1, 3, 4, 5, 59)), '2026-02-03 04:05Z');
});
