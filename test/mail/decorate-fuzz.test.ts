import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Chance, chanceOf, newSeed } from './chance.ts';
import { cut, decorated } from './decorated.ts';

const types = [
  'text/plain',
  'text/plain; charset=utf-8; format=flowed',
  'text/plain; charset=iso-8859-1',
  'TEXT/HTML; charset="utf-8"',
  'multipart/mixed; boundary=b',
  'multipart/alternative; boundary="b"',
  'multipart/signed; boundary=b',
  'multipart/mixed',
  'text/plain; charset==; boundary',
  'image',
];
const encodings = ['7bit', '8bit', 'quoted-printable', 'binary', 'x-odd'];
const pieces = [
  ...[
    '--b',
    '--b--',
    '--b ',
    '--bb',
    '--',
    '-- ',
    'b',
    '\r\n',
    '\r\n',
    '\r\n\r\n',
    '\n',
    '\n\n',
    '\r',
    ' ',
    '\t',
  ],
  ...[
    '=',
    '=3D',
    '=\r\n',
    '= \r\n',
    '=C3=A4',
    '<body>',
    '</body>',
    '</BODY >',
    '<!--',
    '-->',
    '<',
    '>',
  ],
  ...[
    'Content-Type: text/plain\r\n',
    'Content-Type: text/html\n',
    '\r\nContent-Type: multipart/mixed; boundary=b\r\n',
  ],
  ...[
    'Content-Transfer-Encoding: quoted-printable\r\n',
    '-----BEGIN PGP MESSAGE-----',
    'word',
    '\xe4',
    '\xff',
    '\0',
  ],
];

function messageOf(chance: Chance): Buffer {
  const head = [`Content-Type: ${chance.pick(types)}`];
  if (chance.number(2) > 0) head.push(`Content-Transfer-Encoding: ${chance.pick(encodings)}`);
  if (chance.number(9) === 0) head.pop();
  const lineEnd = chance.pick(['\r\n', '\n']);
  const body = Array.from({ length: chance.number(40) }, () => chance.pick(pieces)).join('');
  return Buffer.from(head.map((line) => line + lineEnd).join('') + lineEnd + body, 'latin1');
}

/** Whether all of `part` is in `whole`, in order, other bytes between. */
function isWithin(part: Buffer, whole: Buffer): boolean {
  let at = 0;
  for (const byte of part) {
    at = whole.indexOf(byte, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

test('no message of odd pieces is beyond decorating, and no byte of its body is lost', async () => {
  const seed = newSeed();
  console.log(`seed ${seed}`);
  const chance = chanceOf(seed);
  for (let round = 0; round < 3000; round++) {
    const before = messageOf(chance);
    const texts = chance.pick([
      { header: 'Top', footer: '' },
      { footer: 'Bottom' },
      { header: 'Top', footer: 'Bottom & more' },
    ]);
    const after = await decorated(before, texts);
    const label = `round ${round}: ${JSON.stringify(before.toString('latin1'))}`;
    assert.ok(isWithin(cut(before).body, cut(after).body), label);
    for (const text of Object.values(texts)) assert.ok(after.includes(text.slice(0, 6)), label);
    assert.deepEqual(await decorated(before, texts, 1 + chance.number(9)), after, label);
  }
});

test('texts that are not ASCII neither', async () => {
  const seed = newSeed();
  console.log(`seed ${seed}`);
  const chance = chanceOf(seed);
  for (let round = 0; round < 2000; round++) {
    const before = messageOf(chance);
    const texts = {
      header: 'Fußzeile',
      footer: chance.pick(['подвал', '猫 & \ud800', `${'x'.repeat(2000)}ü`]),
    };
    const after = await decorated(before, texts);
    assert.ok(after.length > before.length);
    assert.deepEqual(await decorated(before, texts, 1 + chance.number(9)), after);
  }
});
