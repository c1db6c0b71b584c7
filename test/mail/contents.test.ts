import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { contentsOf } from '../../src/mail/contents.ts';
import { parseHeaders } from '../../src/mail/headers.ts';
import { headerEnd } from '../../src/mail/message.ts';

const most = 10_000;

async function read(text: string, streamed = false) {
  const bytes = Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1');
  const { header, bodyStart } = headerEnd(bytes) ?? assert.fail('no header');
  const body = bytes.subarray(bodyStart);
  const given = streamed ? Readable.from([body], { objectMode: false }) : body;
  return await contentsOf({ headers: parseHeaders(header), body: given }, most);
}

describe('the contents of a message', () => {
  test('plain text in its charset and encoding, the same whether it streams', async () => {
    const mail =
      'Content-Type: text/plain; charset=iso-8859-15\nContent-Transfer-Encoding: quoted-printable\n\nK=E4se f=FCr 5 =A4=\n!\n';
    for (const streamed of [false, true]) {
      assert.deepEqual(await read(mail, streamed), {
        text: 'Käse für 5 €!\n',
        isCut: false,
        files: [],
      });
    }
  });

  test('of alternatives the plain one; HTML alone without its scripts', async () => {
    const both =
      'Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\nContent-Type: text/html\n\n<p>rich\n--b--\n';
    assert.equal((await read(both)).text.trim(), 'plain');
    const html = await read(
      'Content-Type: text/html\n\n<style>x{}</style><script>x()</script><p>a &amp; b',
    );
    assert.equal(html.text, 'a & b\n');
  });

  test('files with their names, types and sizes; signatures are none', async () => {
    const { text, files } = await read(
      'Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: image/png; name="=?utf-8?q?K=C3=A4se=2Epng?="\nContent-Transfer-Encoding: base64\n\nAAAA\n--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename="../../etc/passwd"\n\nx\n--b\nContent-Type: application/pgp-signature\n\ny\n--b--\n',
    );
    assert.equal(text.trim(), 'hi');
    assert.deepEqual(
      files.map(({ part, name, type }) => [part, name, type]),
      [
        [2, 'Käse.png', 'image/png'],
        [3, '../../etc/passwd', 'text/plain'],
      ],
    );
  });

  test('no more text than is wanted', async () => {
    const { text, isCut } = await read(`Subject: x\n\n${'long '.repeat(5000)}`);
    assert.equal(text.length, most);
    assert(isCut);
  });
});
