import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { simpleParser } from 'mailparser';
import { parseHeaders } from '../../src/mail/headers.ts';
import { isGenuineLink, memberOfLink } from '../../src/mail/link.ts';
import type { Person } from '../../src/model/personal.ts';
import { copiesOf, key } from './copying.ts';

const url = 'https://lists.example.com/';
const people = [
  ['ann@a.example', 1],
  ['bob@b.example', 46_655],
] as const;
const persons = new Map<number, Person>([
  [1, { name: 'Åse <b>', language: 'de', attributes: { city: 'Köln' } }],
  [46_655, { name: '', language: 'en', attributes: {} }],
]);
const head = ['From: Anne <anne@example.net>', 'To: cats@example.com', 'Subject: food'];
const full = { personalize: 'full' } as const;

function posting(lines: readonly string[], ...body: readonly string[]): string {
  return [...head, ...lines, '', ...body, ''].join('\r\n');
}

const plain = posting([], 'Herring.');

function headerOf(bytes: Buffer | undefined) {
  const text = bytes?.toString('latin1') ?? '';
  return parseHeaders(Buffer.from(text.slice(0, text.indexOf('\r\n\r\n') + 2), 'latin1'));
}

describe('one-click unsubscribing (RFC 8058)', () => {
  test('each copy has a link and an address of its own, which prove whose they are', async () => {
    const settings = { personalize: 'headers', linkVersion: 3 } as const;
    const { bodies } = await copiesOf({ message: plain, settings, people, url });
    for (const [n, [, number]] of people.entries()) {
      const headers = headerOf(bodies[n]);
      const [value = ''] = headers.raw('list-unsubscribe');
      const form =
        /^<https:\/\/lists\.example\.com\/unsubscribe\/(\S+)>,\s+<mailto:cats-leave\+(\S+)@example\.com>$/;
      const [, token = '', address] = form.exec(value) ?? [];
      assert.equal(token, address, value);
      assert.equal(memberOfLink(token), number);
      assert(isGenuineLink(key, 'unsubscribe', token, number, 3));
      assert.deepEqual(headers.raw('list-unsubscribe-post'), ['List-Unsubscribe=One-Click']);
    }
  });

  test('a site without pages offers the address alone, and no button', async () => {
    const settings = { personalize: 'headers' } as const;
    const { bodies } = await copiesOf({ message: plain, settings });
    const headers = headerOf(bodies[0]);
    assert.match(headers.raw('list-unsubscribe')[0] ?? '', /^<mailto:cats-leave\+1-\w+@[^>]+>$/);
    assert(!headers.has('list-unsubscribe-post'));
  });

  test('who is no member of this list gets the address that asks back', async () => {
    const settings = { personalize: 'headers' } as const;
    const { bodies } = await copiesOf({ message: plain, settings, people: [['o@o.example']], url });
    const values = headerOf(bodies[0]).raw('list-unsubscribe');
    assert.deepEqual(values, ['<mailto:cats-leave@example.com>']);
  });

  test('a link dies with its version, its member and any change to it', () => {
    assert(!isGenuineLink(key, 'unsubscribe', '1-aaaaaaaaaaaaaaaa', 1, 0));
    assert.equal(memberOfLink('1-short'), undefined);
    assert.equal(memberOfLink('0-aaaaaaaaaaaaaaaa'), undefined);
  });

  test('lists whose copies are all the same say as ever how to leave', async () => {
    const { bodies } = await copiesOf({ message: plain, settings: {}, people, url });
    assert.equal(bodies.length, 1);
    const headers = headerOf(bodies[0]);
    assert.deepEqual(headers.raw('list-unsubscribe'), ['<mailto:cats-leave@example.com>']);
    assert(!headers.has('list-unsubscribe-post'));
  });
});

const footer = [
  '-- ',
  'To {{ name | default: "a friend" }} at {{ address }}',
  '{% if attributes.city %}',
  'Greetings to {{ attributes.city }}',
  '{% endif %}',
  '.{{ language }} $list_name <b>',
].join('\n');
const wanted = [
  ['To Åse <b> at ann@a.example', 'Greetings to Köln', '.de cats <b>'],
  ['To a friend at bob@b.example', '', '.en cats <b>'],
];

describe('texts of personal copies', () => {
  const encoded = (text: string, encoding: string): string =>
    encoding === 'base64' ? Buffer.from(text).toString('base64') : text;
  const cases: readonly (readonly [string, string])[] = [
    '7bit',
    '8bit',
    'quoted-printable',
    'base64',
  ].flatMap((encoding) =>
    ['us-ascii', 'utf-8', 'iso-8859-1', 'iso-2022-jp'].map(
      (charset) => [encoding, charset] as const,
    ),
  );

  for (const [encoding, charset] of cases) {
    test(`are right in plain text and in HTML in ${charset} as ${encoding}`, async () => {
      for (const subtype of ['plain', 'html'] as const) {
        const lines = [
          'MIME-Version: 1.0',
          `Content-Type: text/${subtype}; charset=${charset}`,
          `Content-Transfer-Encoding: ${encoding}`,
        ];
        const text = subtype === 'plain' ? 'Herring.\r\n' : '<body><p>Herring.</p></body>\r\n';
        const message = posting(lines, encoded(text, encoding));
        const settings = { ...full, footer };
        const { bodies } = await copiesOf({ message, settings, people, persons });
        assert.equal(bodies.length, 2);
        for (const [n, bytes] of bodies.entries()) {
          const parsed = await simpleParser(bytes);
          const shown = parsed.text ?? '';
          assert.match(shown, /^Herring\./);
          for (const line of wanted[n] ?? []) assert(shown.includes(line), `${line} in ${shown}`);
          if (n === 1) assert(!shown.includes('Greetings'));
          if (subtype === 'html')
            assert.match(String(parsed.html), /&#60;b&#62;|&lt;b&gt;|&#x3C;b&gt;/);
          const long = bytes
            .toString('latin1')
            .split('\r\n')
            .filter((line) => line.length > 200);
          assert.deepEqual(long, []);
        }
      }
    });
  }

  test('stand beside attachments and around what is signed, as a part of their own', async () => {
    const lines = ['MIME-Version: 1.0', 'Content-Type: multipart/signed; boundary=x'];
    const message = posting(lines, '--x', '', 'Herring.', '--x--');
    const { bodies } = await copiesOf({ message, settings: { ...full, footer }, people, persons });
    const { text = '' } = await simpleParser(bodies[0] ?? '');
    for (const line of wanted[0] ?? []) assert(text.includes(line), text);
  });

  test('a value as long as can be is broken into lines, and a dot at their start is not lost', async () => {
    const long = `${'.x'.repeat(300)} end`;
    const some = new Map([[1, { name: long, language: 'en', attributes: {} }]]);
    const settings = { ...full, footer: '{{ name }}' };
    const { bodies } = await copiesOf({ message: plain, settings, persons: some });
    const { text = '' } = await simpleParser(bodies[0] ?? '');
    assert(text.includes(long));
  });

  test('where copies are all the same, say what is known of nobody', async () => {
    const { bodies } = await copiesOf({ message: plain, settings: { footer }, people, persons });
    assert.equal(bodies.length, 1);
    const { text = '' } = await simpleParser(bodies[0] ?? '');
    assert.match(text, /To a friend at *\n\n?\.en cats/);
  });

  test('that are no template after all are sent as they were written', async () => {
    const settings = { ...full, footer: 'half {{ of {% a template' };
    const { bodies } = await copiesOf({ message: plain, settings });
    assert.match(bodies[0]?.toString() ?? '', /half \{\{ of \{% a template/);
  });

  test('no author can write a hole, and no value a header field', async () => {
    const message = posting(['X-Hole: {mark0123456789:unsubscribe-x}'], '{{ address }} {x:text-0}');
    const some = new Map([[1, { name: 'a\r\nBcc: b@b', language: 'en', attributes: {} }]]);
    const settings = { ...full, footer: '{{ name }}' };
    const { bodies } = await copiesOf({ message, settings, persons: some });
    const copy = bodies[0]?.toString() ?? '';
    assert.match(copy, /\{\{ address \}\} \{x:text-0\}/);
    assert(!headerOf(bodies[0]).has('bcc'));
  });
});

describe('what authors of newsletters write', () => {
  const settings = { ...full, personalBody: true, subjectPrefix: '[news] ' } as const;

  test('is filled in, in subject, text and HTML', async () => {
    const message = [
      'From: Anne <anne@example.net>',
      'To: cats@example.com',
      'Subject: {{ name | default: "friend" }}, =?utf-8?q?f=C3=BCr?= you',
      'MIME-Version: 1.0',
      'Content-Type: multipart/alternative; boundary=x',
      '',
      '--x',
      'Content-Type: text/plain; charset=iso-8859-1',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Dear {{ name | default: "friend" }}, K=E4se.',
      '{% if attributes.city %}Visit {{ attributes.city }}.{% endif %}',
      '--x',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<p class="{{ language }}">Dear <b>{{ name | default: "friend" }}</b></p>',
      '--x--',
      '',
    ].join('\r\n');
    const { bodies } = await copiesOf({ message, settings, people, persons });
    const [first, second] = await Promise.all(bodies.map(async (one) => await simpleParser(one)));
    assert.equal(first?.subject, '[news] Åse <b>, für you');
    assert.equal(second?.subject, '[news] friend, für you');
    assert.match(first?.text ?? '', /Dear Åse <b>, Käse\.\nVisit Köln\./);
    assert.match(second?.text ?? '', /Dear friend, Käse\./);
    assert.match(String(first?.html), /<p class="de">Dear <b>Åse &#60;b&#62;<\/b><\/p>/);
  });

  test('in a page of one line, leaves the texts of the list within the page', async () => {
    const message = [
      ...['From: anne@example.net', 'To: cats@example.com', 'Content-Type: text/html', ''],
      '<html><head></head><body class="x"><p>Dear {{ name }}</p></body></html>',
      '',
    ].join('\r\n');
    const texts = { ...settings, header: 'Above', footer: 'Below {{ address }}' };
    const { bodies } = await copiesOf({ message, settings: texts, people, persons });
    const page = String((await simpleParser(bodies[0] ?? '')).html).replace(/\s*\n\s*/g, '');
    assert.match(page, /<body class="x"><div>Above<\/div><p>Dear Åse &#60;b&#62;<\/p><div>Below /);
    assert.match(page, /<\/div><\/body><\/html>$/);
  });

  test('is read as UTF-8 where it says nothing and can be that', async () => {
    const message = posting([], 'Käse {{ address }}');
    for (const some of [settings, { ...full, footer: '{{ address }}' }]) {
      const { bodies } = await copiesOf({ message, settings: some, people, persons });
      assert.match((await simpleParser(bodies[0] ?? '')).text ?? '', /^Käse /);
    }
  });

  test('is left alone where nobody wants it, and a piece without end is given up', async () => {
    const message = posting([], 'Dear {{ name }}');
    const { bodies } = await copiesOf({ message, settings: full, people, persons });
    assert.match(bodies[0]?.toString() ?? '', /Dear \{\{ name \}\}/);
    const loop = '{% for i in (1..99999999) %}x{% endfor %}';
    const looped = await copiesOf({ message: posting([], loop), settings, people, persons });
    assert.equal(looped.bodies.length, 2);
    assert.match(looped.bodies[1]?.toString().replaceAll('=\r\n', '') ?? '', /for i in/);
  });
});
