import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import type { Io } from '../../src/cli/command.ts';
import { readRoster } from '../../src/cli/roster-file.ts';
import type { RosterLine } from '../../src/cli/roster-line.ts';
import { UsageError } from '../../src/ground/errors.ts';

/** What is read from a text that comes in pieces of `size` bytes. */
async function read(input: string | Buffer, size = 7): Promise<RosterLine[]> {
  const bytes = Buffer.from(input);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
    bytes.subarray(n * size, (n + 1) * size),
  );
  const io = { stdin: Readable.from(pieces) } as unknown as Io;
  const lines: RosterLine[] = [];
  for await (const line of readRoster(io, '-', 'member').lines) lines.push(line);
  return lines;
}

/** `line: address (wish)`, or `line: !why`. */
async function brief(input: string | Buffer, size?: number): Promise<string[]> {
  return (await read(input, size)).map((line) => {
    if (line.kind === 'bad') return `${line.line}: !${line.why}`;
    const { line: at, address, role, wish } = line.member;
    const said = Object.keys(wish).length > 0 ? ` ${JSON.stringify(wish)}` : '';
    return `${at}: ${address}${role === 'member' ? '' : ` as ${role}`}${said}`;
  });
}

describe('one address a line', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['plain', 'a@x.org\nb@x.org\n', ['1: a@x.org', '2: b@x.org']],
    ['without an end', 'a@x.org\nb@x.org', ['1: a@x.org', '2: b@x.org']],
    ['empty and commented lines count', '\n# all\na@x.org\n\n', ['3: a@x.org']],
    ['CRLF and blanks', '  a@x.org \r\nb@x.org\r\n', ['1: a@x.org', '2: b@x.org']],
    [
      'names',
      'Ann B. <a@x.org>\n"B, C" <b@x.org>\n',
      ['1: a@x.org {"name":"Ann B."}', '2: b@x.org {"name":"B, C"}'],
    ],
    ['no address', 'nobody\na@x.org\n', ['1: !no mail address: "nobody"', '2: a@x.org']],
    [
      'several',
      'a@x.org\nb@x.org, c@x.org\n',
      ['1: a@x.org', '2: !several addresses: "b@x.org, c@x.org"'],
    ],
    ['byte order mark', '\ufeffa@x.org\n', ['1: a@x.org']],
    ['beyond ASCII', 'jürgen@bücher.example\n', ['1: jürgen@bücher.example']],
    ['nothing', '', []],
  ];
  for (const [name, text, wanted] of cases) {
    test(name, async () => {
      assert.deepEqual(await brief(text), wanted);
      assert.deepEqual(await brief(text, 1), wanted, 'byte by byte');
    });
  }

  test('what is no UTF-8 is told, not taken', async () => {
    const latin1 = Buffer.from('a@x.org\nj\xfcrgen@x.org\n', 'latin1');
    assert.deepEqual(await brief(latin1), ['1: a@x.org', '2: !not UTF-8: "j\ufffdrgen@x.org"']);
  });

  test('a line without an end does not fill the memory', async () => {
    const [line, ...rest] = await read(`a@x.org\n${'x'.repeat(100_000)}`, 1000);
    assert.equal(line?.kind, 'member');
    assert.deepEqual(rest, [{ kind: 'bad', line: 2, why: 'a line without an end' }]);
  });
});

describe('CSV', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'names its columns',
      'email,name\na@x.org,Ann\nb@x.org,"B, ""C"""\n',
      ['2: a@x.org {"name":"Ann"}', '3: b@x.org {"name":"B, \\"C\\""}'],
    ],
    [
      'in any order, case and spelling',
      'Display Name;E-Mail\nAnn;a@x.org\n',
      ['2: a@x.org {"name":"Ann"}'],
    ],
    [
      'with tabs, a byte order mark and CRLF',
      '\ufeffAddress\tName\r\na@x.org\tAnn\r\n',
      ['2: a@x.org {"name":"Ann"}'],
    ],
    [
      'keeps other columns as attributes',
      'email,Town,born\na@x.org,Ulm,\nb@x.org,,1990\n',
      ['2: a@x.org {"attributes":{"Town":"Ulm"}}', '3: b@x.org {"attributes":{"born":"1990"}}'],
    ],
    [
      'knows how members are',
      'email,role,mode,status,action,own posts,duplicates\na@x.org,Owner,mime,by-owner,hold,no,YES\n',
      [
        '2: a@x.org as owner {"mode":"mime","status":"by-owner","action":"hold","options":{"ownPosts":"off","duplicates":"on"}}',
      ],
    ],
    [
      'tells which word is wrong',
      'email,mode\na@x.org,weekly\nb@x.org,\n',
      ['2: !mode cannot be "weekly"', '3: b@x.org'],
    ],
    ['one column is enough', 'email\na@x.org\n', ['2: a@x.org']],
    [
      'short rows and empty lines',
      'email,name\na@x.org\n\nb@x.org,B\n',
      ['2: a@x.org', '4: b@x.org {"name":"B"}'],
    ],
    [
      'a field over several lines',
      'email,street,name\na@x.org,"A\nB",C\nb@x.org,,"B\nC"\n',
      [
        '3: a@x.org {"attributes":{"street":"A\\nB"},"name":"C"}',
        '5: !name goes over several lines: is a quote missing?',
      ],
    ],
    [
      'rows behind a stray quote',
      'email,team\na@x.org,"red\nb@x.org,blue\nc@x.org,"red"\nd@x.org,\n',
      ['4: !team goes over several lines: is a quote missing?', '5: d@x.org'],
    ],
    [
      'quotes within a field',
      'email,name\n"a@x.org"x,A\nb@x.org,B "the" B\n',
      ['2: !no mail address: "\\"a@x.org\\"x"', '3: b@x.org {"name":"B \\"the\\" B"}'],
    ],
    [
      'no address in a row',
      'email,name\nnobody,N\n,M\na@x.org,A\n',
      ['2: !no mail address: "nobody"', '3: !no mail address: ", M"', '4: a@x.org {"name":"A"}'],
    ],
  ];
  for (const [name, text, wanted] of cases) {
    test(name, async () => {
      assert.deepEqual(await brief(text), wanted);
      assert.deepEqual(await brief(text, 1), wanted, 'byte by byte');
    });
  }

  test('a row with too many fields is bad by itself', async () => {
    const [bad, good] = await brief('email,name\na@x.org,A,x\nb@x.org,B\n');
    assert.match(bad ?? '', /^2: !no CSV: Invalid Record Length/);
    assert.equal(good, '3: b@x.org {"name":"B"}');
  });

  test('a quote that is never closed ends it, for nobody knows what it swallowed', async () => {
    await assert.rejects(read('email,name\na@x.org,"A\nb@x.org,B\n'), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /not read to its end: Quote Not Closed/);
      return true;
    });
  });

  test('without a header line is refused with the reason', async () => {
    await assert.rejects(read('a@x.org,Ann,red\n'), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /first line that names its columns/);
      return true;
    });
  });
});
