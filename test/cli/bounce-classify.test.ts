import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { classify } from '../../src/cli/bounce-classify.ts';
import { call } from './called.ts';

/** A stream that keeps what was written, and is slow enough to be waited for. */
function sink(): { stream: Writable; text: () => string } {
  const chunks: string[] = [];
  const stream = new Writable({
    highWaterMark: 16,
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      setImmediate(done);
    },
  });
  return { stream, text: () => chunks.join('') };
}

const bounce = `Return-Path: <>
From: MAILER-DAEMON@mx.example.net
Subject: failure notice

Hi. This is the qmail-send program at mx.example.net.

<Gone@example.com>:
Sorry, no mailbox here by that name. (#5.1.1)

<b@example.com>:
Mailbox full.

--- Below this line is a copy of the message.
`;

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'listmill-classify-'));
  try {
    await mkdir(join(folder, 'b/deep'), { recursive: true });
    await writeFile(join(folder, 'z.eml'), bounce);
    await writeFile(join(folder, 'b/deep/1.eml'), 'From: ann@example.com\nSubject: hi\n\nhello\n');
    await writeFile(join(folder, 'b/.hidden'), bounce);
    await writeFile(join(folder, 'a.eml'), '');
    await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('a folder is walked in order, one JSON line a file, named relative to it', async () => {
  await withFolder(async (folder) => {
    const out = sink();
    assert.equal(await classify([folder], out.stream, { jsonl: true }), 0);
    const rows = out.text().trim().split('\n');
    const none = { recipients: [], kind: 'none', status: '', cause: '', detector: '' };
    assert.deepEqual(
      rows.map((row) => JSON.parse(row)),
      [
        { file: 'a.eml', ...none },
        { file: 'b/deep/1.eml', ...none },
        {
          file: 'z.eml',
          recipients: ['b@example.com', 'gone@example.com'],
          kind: 'permanent',
          status: '5.2.2',
          cause: 'full',
          detector: 'qmail',
        },
      ],
    );
  });
});

test('a file is named by its own name, and the table is for people', async () => {
  await withFolder(async (folder) => {
    const out = sink();
    assert.equal(await classify([join(folder, 'z.eml')], out.stream), 0);
    assert.match(out.text(), /^permanent +5\.2\.2 full +qmail +z\.eml +b@example\.com gone@/);
  });
});

test('a path that is not there is told, and the others are classified', async () => {
  await withFolder(async (folder) => {
    const out = sink();
    const err = sink();
    const paths = [join(folder, 'nothing'), join(folder, 'z.eml')];
    assert.equal(await classify(paths, out.stream, { jsonl: true, err: err.stream }), 66);
    assert.match(err.text(), /nothing: ENOENT/);
    assert.match(out.text(), /gone@example\.com/);
  });
});

test('the command needs no site', async () => {
  await withFolder(async (folder) => {
    const { code, out } = await call(['bounce', 'classify', join(folder, 'z.eml'), '--jsonl']);
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(out).recipients, ['b@example.com', 'gone@example.com']);
  });
});

test('others import the detectors by the name of the package', async () => {
  await withFolder(async (folder) => {
    const { diagnoseFile } = await import('listmill/bounces');
    const { kind, recipients } = await diagnoseFile(join(folder, 'z.eml'));
    assert.equal(kind, 'permanent');
    assert.equal(recipients.length, 2);
  });
});
