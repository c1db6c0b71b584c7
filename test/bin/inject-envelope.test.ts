import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InjectSpool, inject } from './injecting.ts';

type Case = {
  readonly what: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly sender: string | null;
  readonly recipient: string;
};

const list = 'dev@lists.example';
const author = 'ann@home.example';

const cases: readonly Case[] = [
  {
    what: "Postfix local(8), an alias with an extension in the recipient's address",
    env: {
      SENDER: author,
      RECIPIENT: 'dev-bounces+x=y@lists.example',
      ORIGINAL_RECIPIENT: 'dev-bounces+x=y@lists.example',
      LOCAL: 'dev-bounces+x=y',
      EXTENSION: 'x=y',
      DOMAIN: 'lists.example',
      USER: 'nobody',
    },
    sender: author,
    recipient: 'dev-bounces+x=y@lists.example',
  },
  {
    what: 'Postfix, the empty sender under its default name',
    args: ['-f', 'MAILER-DAEMON', '--', list],
    sender: null,
    recipient: list,
  },
  {
    what: 'Exim, whose RECIPIENT has the affixes',
    env: {
      SENDER: '',
      RECIPIENT: 'dev-owner@lists.example',
      LOCAL_PART: 'dev',
      LOCAL_PART_PREFIX: '',
      LOCAL_PART_SUFFIX: '-owner',
      DOMAIN: 'lists.example',
    },
    sender: null,
    recipient: 'dev-owner@lists.example',
  },
  {
    what: 'Exim with the parts only',
    env: {
      SENDER: author,
      LOCAL_PART: 'dev',
      LOCAL_PART_PREFIX: 'x-',
      LOCAL_PART_SUFFIX: '+y',
      DOMAIN: 'lists.example',
    },
    sender: author,
    recipient: 'x-dev+y@lists.example',
  },
  {
    what: 'OpenSMTPD mda',
    env: {
      SENDER: author,
      RECIPIENT: list,
      ORIGINAL_RECIPIENT: list,
      LOCAL: 'dev',
      DOMAIN: 'lists.example',
      EXTENSION: '',
      USER: 'listmill',
    },
    sender: author,
    recipient: list,
  },
  {
    what: 'qmail with the parts only',
    env: { SENDER: author, LOCAL: 'dev', HOST: 'lists.example', EXT: 'dev', DEFAULT: 'dev' },
    sender: author,
    recipient: list,
  },
  {
    what: "qmail's sender of double bounces",
    env: { SENDER: '#@[]', RECIPIENT: list },
    sender: null,
    recipient: list,
  },
  {
    what: 'arguments before the environment',
    args: ['-f', '<>', list],
    env: { SENDER: author, RECIPIENT: 'other@lists.example' },
    sender: null,
    recipient: list,
  },
  {
    what: 'the sender by argument, the recipient by environment',
    args: ['--sender=<ann@home.example>'],
    env: { RECIPIENT: list },
    sender: author,
    recipient: list,
  },
  {
    what: 'a recipient that looks like an option',
    args: ['-f', author, '--', '-f@lists.example'],
    sender: author,
    recipient: '-f@lists.example',
  },
  {
    what: 'a sender without a domain, as local programs have',
    args: ['-f', 'root', list],
    sender: 'root',
    recipient: list,
  },
  {
    what: 'Sendmail, whose alias programs see the sender in the first line only',
    args: [list],
    input: `From ${author}  Tue Nov 24 07:00:00 2026\nSubject: x\n\nhello\n`,
    sender: author,
    recipient: list,
  },
  {
    what: 'Sendmail, a bounce',
    args: [list],
    input: 'From MAILER-DAEMON  Tue Nov 24 07:00:00 2026\nSubject: x\n\nhello\n',
    sender: null,
    recipient: list,
  },
  {
    what: 'a return path in the first line',
    args: [list],
    input: `Return-Path: <${author}>\r\nSubject: x\r\n\r\nhello\r\n`,
    sender: author,
    recipient: list,
  },
  {
    what: 'nobody says who sent it',
    args: [list],
    input: `Subject: \0x\nReturn-Path: <${author}>\n\nhello\n`,
    sender: null,
    recipient: list,
  },
];

for (const { what, args = [], env = {}, input = 'x', sender, recipient } of cases) {
  test(`the envelope of ${what}`, async () => {
    using spool = new InjectSpool();
    const ending = await inject([...spool.args, ...args], { env, input });
    assert.deepEqual(ending, { code: 0, signal: null, output: '' });
    const { meta, bytes } = spool.single();
    assert.deepEqual([meta.sender, meta.recipient], [sender, recipient]);
    assert.equal(bytes.toString(), input);
  });
}

test('a priority is that of the entry, and the folder is made where it is not there', async () => {
  using spool = new InjectSpool();
  const args = [...spool.args, '--priority', '2', '-f', author, list];
  assert.equal((await inject(args, { input: 'x' })).code, 0);
  assert.equal(spool.taken(2).length, 1);
  const wrong = await inject([...spool.args, '--priority', '10', '-f', author, list]);
  assert.equal(wrong.code, 75, 'who set it up wrongly loses no mail');
  assert.match(wrong.output, /the priority is 10; wanted: 0 \(first\) to 9/);
  spool.assertEmpty();
});

const refused: readonly (readonly [string, readonly string[], number, RegExp])[] = [
  ['no recipient at all', ['-f', author], 64, /no recipient/],
  ['a recipient without a domain', ['-f', author, 'dev'], 64, /"dev" has no domain/],
  ['an empty recipient', ['-f', author, ''], 64, /has no domain/],
  ['an unknown option', ['--queue', 'x', list], 64, /no option --queue/],
  ['an option without its value', [list, '-f'], 64, /-f wants a value/],
  ['a request for help', ['--help'], 64, /usage: listmill-inject/],
  ['a newline in the recipient', ['-f', author, 'dev@lists.example\n'], 65, /control character/],
  ['a tab in the sender', ['-f', 'a\tb@home.example', list], 65, /sender .* control character/],
  ['an address beyond the limit', ['-f', `${'a'.repeat(1000)}@x`, list], 65, /longer than 1000/],
];

for (const [what, args, code, says] of refused) {
  test(`refused for good: ${what}`, async () => {
    using spool = new InjectSpool();
    const ending = await inject([...spool.args, ...args], { input: 'x' });
    assert.equal(ending.code, code);
    assert.match(ending.output, says);
    assert.match(ending.output, /^listmill-inject: /, 'Postfix reads leading digits as a status');
    spool.assertEmpty();
  });
}

/** Bytes that no string of ours can hold must be made by the shell. */
const wrongBytes = ['\\377', '\\300\\200', '\\355\\240\\200', '\\303', '\\364\\220\\200\\200'];

for (const bytes of wrongBytes) {
  test(`refused for good: an address with the bytes ${bytes}, which are not UTF-8`, async () => {
    using spool = new InjectSpool();
    const before = `set -- "$@" "$(printf 'a${bytes}@x.example')"`;
    const ending = await inject([...spool.args, '-f', author], { before });
    assert.equal(ending.code, 65);
    assert.match(ending.output, /not UTF-8/);
    spool.assertEmpty();
  });
}
