import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decorated } from './decorated.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const needsOpenssl = { skip: hasOpenssl ? false : 'no openssl program' };

const content = [
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'K=C3=A4se with trailing space =20',
  '',
].join('\r\n');

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'listmill-signed-'));
});
after(() => rmSync(folder, { recursive: true }));

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
}

/** The second part of a multipart, as a message of its own. */
function middle(message: Buffer): Buffer {
  const boundary = /boundary="(=_[0-9a-f]{40})"/.exec(message.toString('latin1'))?.[1] ?? '';
  const line = `--${boundary}\r\n`;
  const start = message.indexOf(line, message.indexOf(line) + line.length) + line.length;
  return message.subarray(start, message.indexOf(`\r\n--${boundary}`, start));
}

test(
  'checklist 19: an S/MIME signature verifies within the decorated message',
  needsOpenssl,
  async () => {
    const name = ['-subj', '/CN=Anne/emailAddress=anne@example.net', '-days', '2'];
    const key = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      'key',
    ];
    openssl('req', '-x509', ...key, '-out', 'cert', ...name);
    writeFileSync(join(folder, 'content'), content);
    const head = ['-subject', 'signed', '-from', 'anne@example.net', '-to', 'cats@example.com'];
    for (const form of [[], ['-nodetach']]) {
      const sign = ['cms', '-sign', '-in', 'content', '-signer', 'cert', '-inkey', 'key', ...form];
      const signed = execFileSync('openssl', [...sign, ...head], { cwd: folder });
      const message = Buffer.from(signed.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
      const done = await decorated(message, { header: 'Oben', footer: 'Unten' });
      const part = middle(done);
      assert.match(part.toString('latin1', 0, 60), /^Content-/m);
      writeFileSync(join(folder, 'part'), part);
      openssl('cms', '-verify', '-in', 'part', '-CAfile', 'cert', '-out', 'verified');
      // The proof of the proof: with one byte changed it does not verify.
      writeFileSync(
        join(folder, 'part'),
        part.toString('latin1').replace(/A(?=[A-Za-z0-9+/]{20})/, 'B'),
        'latin1',
      );
      assert.throws(() =>
        openssl('cms', '-verify', '-in', 'part', '-CAfile', 'cert', '-out', 'no'),
      );
    }
  },
);
