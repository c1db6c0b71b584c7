import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simpleParser } from 'mailparser';
import { encodeText } from '../../src/mail/words.ts';
import { cut, decorated, message } from './decorated.ts';

const encodings = ['', '7bit', '8bit', 'binary', 'quoted-printable', 'base64'];
const charsets = [
  'us-ascii',
  'utf-8',
  'iso-8859-1',
  'iso-2022-jp',
  'koi8-r',
  'gb18030',
  'x-unheard',
];
const bodies = ['Hello\r\nthere\r\n', 'no line end', '', 'a = b =3D c\r\n', '-- \r\nAnne\r\n'];
const special = new Map([
  ['utf-8', 'Käse 猫 ≠\r\n'],
  ['iso-8859-1', 'Käse\r\n'],
  ['iso-2022-jp', '会議\r\n'],
  ['koi8-r', 'кошки\r\n'],
  ['gb18030', '猫\r\n'],
]);
const footers = ['plain footer', 'Fußzeile', 'подвал', 'пол & Käse\r\nsecond line\n'];

function encode(content: Buffer, encoding: string): Buffer {
  if (encoding === 'base64') {
    return Buffer.from(content.toString('base64').replace(/.{1,76}/g, '$&\r\n'));
  }
  if (encoding !== 'quoted-printable') return content;
  const escaped = content
    .toString('latin1')
    .replace(
      /[^\r\n -<>-~]/g,
      (char) => `=${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .replace(/ (?=\r\n)/g, '=20');
  return Buffer.from(escaped);
}

/** The texts of all text parts, one line end, in order. */
async function textOf(bytes: Buffer): Promise<string> {
  const { text = '', attachments } = await simpleParser(bytes);
  assert.equal(attachments.length, 0, bytes.toString());
  return text.replace(/\r\n/g, '\n').replace(/\n+/g, '\n').trim();
}

function lines(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(/\n+/g, '\n').trim();
}

test('checklist 19: plain text in any charset and encoding has both texts around it', async () => {
  let inPlace = 0;
  for (const charset of charsets) {
    const own = special.get(charset);
    for (const encoding of encodings) {
      for (const text of own === undefined ? bodies : [...bodies, own]) {
        const content = encodeText(text, charset === 'x-unheard' ? 'us-ascii' : charset);
        assert.ok(content);
        if (encoding === '7bit' && content.some((byte) => byte > 127)) continue;
        const head = message(
          'MIME-Version: 1.0',
          `Content-Type: text/plain; charset=${charset}`,
          ...(encoding === '' ? [] : [`Content-Transfer-Encoding: ${encoding}`]),
          '',
        );
        const before = Buffer.concat([Buffer.from(head), encode(content, encoding)]);
        for (const footer of footers) {
          const after = await decorated(before, { header: 'At first', footer });
          const label = `${charset} ${encoding} ${JSON.stringify(text)} ${footer}\n${after}`;
          assert.equal(await textOf(after), lines(`At first\n${text}\n${footer}`), label);
          if (!after.includes('multipart/mixed')) inPlace++;
          const chopped = await decorated(before, { header: 'At first', footer }, 3);
          assert.deepEqual(chopped, after);
        }
      }
    }
  }
  assert.ok(inPlace > 400, `${inPlace} without a wrapper`);
});

test('checklist 19: what the charset cannot say makes ASCII into UTF-8, else a part', async () => {
  const type = 'Content-Type: text/plain; charset="us-ascii"; format=flowed (old)';
  const ascii = message('MIME-Version: 1.0', type, '', 'Hello');
  const upgraded = (await decorated(ascii, { footer: 'Fußzeile' })).toString();
  assert.match(upgraded, /^Content-Type: text\/plain; charset=utf-8; format=flowed \(old\)\r$/m);
  assert.match(upgraded, /^Content-Transfer-Encoding: quoted-printable\r$/m);
  const latin = encodeText(
    'Content-Type: text/plain; charset=iso-8859-1\r\n\r\nKäse\r\n',
    'iso-8859-1',
  );
  const wrapped = (await decorated(latin ?? '', { footer: 'подвал' })).toString('latin1');
  assert.match(wrapped, /^Content-Type: multipart\/mixed;\r\n boundary="=_[0-9a-f]{40}"\r$/m);
  assert.ok(
    wrapped.includes('Content-Type: text/plain; charset=iso-8859-1\r\n\r\nK\xe4se\r\n\r\n--=_'),
  );
});

test('ASCII becomes UTF-8 only where all of it is known to be ASCII', async () => {
  const large = Buffer.from(
    `\r\n${'All of this is ASCII.\r\n'.repeat(60_000)}K\xe4se\r\n`,
    'latin1',
  );
  const small = Buffer.from('\r\nK\xe4se\r\n', 'latin1');
  for (const before of [large, small]) {
    const done = await decorated(before, { footer: 'Fußzeile' });
    assert.match(done.toString('latin1', 0, 100), /^Content-Type: multipart\/mixed/);
    assert.ok(done.includes(before));
  }
});

test('a message without MIME becomes MIME only where it must', async () => {
  const plain = message('Subject: x', '', 'Hello');
  assert.equal(
    (await decorated(plain, { footer: 'Bye' })).toString(),
    message('Subject: x', '', 'Hello', 'Bye'),
  );
  const { header } = cut(await decorated(plain, { footer: 'Tschüß' }));
  assert.equal(
    header.toString(),
    message(
      'Subject: x',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      'MIME-Version: 1.0',
    ),
  );
});

test('line ends are those of the body', async () => {
  const unix = await decorated('Subject: x\n\nHello', { header: 'a\r\nb', footer: 'c\nd' });
  assert.equal(unix.toString(), 'Subject: x\n\na\nb\nHello\nc\nd\n');
  const mixed = await decorated('Subject: x\r\n\r\nHello\n', { footer: 'c' });
  assert.equal(mixed.toString(), 'Subject: x\r\n\r\nHello\nc\n');
});

test('checklist 19: format=flowed stays, and no paragraph flows into the footer', async () => {
  const flowed = (body: string, delsp = ''): string =>
    `Content-Type: text/plain; format=flowed${delsp}\r\n\r\n${body}`;
  const texts = { header: 'top  ', footer: ' indented\n> quoted  \n-- \nFrom me ' };
  const end = '  indented\r\n > quoted\r\n-- \r\n From me\r\n';
  const cases = [
    ['flows \r\non', `flows \r\non\r\n${end}`],
    ['flows \r\n', `flows \r\n\r\n${end}`],
    ['flows ', `flows \r\n\r\n${end}`],
    ['sig:\r\n-- \r\n', `sig:\r\n-- \r\n${end}`],
  ] as const;
  for (const [body, wanted] of cases) {
    const after = await decorated(flowed(body, '; delsp=yes'), texts);
    assert.equal(after.toString(), flowed(`top\r\n${wanted}`, '; delsp=yes'));
  }
  const qp = 'Content-Transfer-Encoding: quoted-printable\r\n';
  const after = await decorated(qp + flowed('flows=20\r\n'), { footer: 'Bye' });
  assert.equal(after.toString(), qp + flowed('flows=20\r\n\r\nBye\r\n'));
});

test('a soft line break at the end does not take the footer in', async () => {
  const head = 'Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n';
  for (const end of ['=', '=\r\n', '= \r\n', '', '\r\n']) {
    const after = await decorated(`${head}Hello${end}`, { footer: 'Bye' });
    assert.equal(await textOf(after), 'Hello\nBye', JSON.stringify(end));
  }
});

test('with two empty texts nothing changes, whatever it is', async () => {
  for (const text of ['Subject: x\r\n\r\nHello', 'Content-Type: multipart/mixed\n\n\0\xff']) {
    const before = Buffer.from(text, 'latin1');
    assert.deepEqual(await decorated(before, { header: ' \n', footer: '' }), before);
  }
});

test('fields that tell the length go, for it is another one', async () => {
  const before = message('Content-Length: 7', 'Lines: 1', 'Content-MD5: x', '', 'Hello');
  assert.equal((await decorated(before, { footer: 'Bye' })).toString(), '\r\nHello\r\nBye\r\n');
});

test('the same message and texts give the same bytes', async () => {
  const before = message(
    'Content-Type: image/png',
    'Content-Transfer-Encoding: base64',
    '',
    'AAAA',
  );
  const [one, two] = [
    await decorated(before, { footer: 'a' }),
    await decorated(before, { footer: 'a' }),
  ];
  assert.deepEqual(one, two);
});
