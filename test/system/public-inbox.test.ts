/** Postings are handed to a real public-inbox, as the runner does it. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { toCommand } from '../../src/archive/hand-over.ts';

const isThere = spawnSync('public-inbox-mda', ['--help']).error === undefined;
const skip = isThere ? false : 'no public-inbox is installed';
const list = 'cats@lists.example.org';

let home: string;
let inbox: string;
const homeBefore = process.env['HOME'];

const git = (...args: readonly string[]) =>
  execFileSync('git', ['--git-dir', inbox, ...args], { encoding: 'utf8' });

before(() => {
  if (skip) return;
  home = mkdtempSync(join(tmpdir(), 'listmill-inbox-'));
  inbox = join(home, 'cats.git');
  process.env['HOME'] = home;
  execFileSync('public-inbox-init', ['-V1', 'cats', inbox, 'http://localhost/cats', list], {
    stdio: 'ignore',
  });
  // As docs/archive.md has it.
  const config = ['config', '-f', join(home, '.public-inbox', 'config')];
  execFileSync('git', [...config, 'publicinboxmda.spamcheck', 'none']);
  execFileSync('git', [...config, 'publicinbox.cats.filter', 'PublicInbox::Filter::Mirror']);
});
after(() => {
  process.env['HOME'] = homeBefore;
  if (!skip) rmSync(home, { recursive: true });
});

async function handOver(text: string, messageId?: string): Promise<void> {
  const message = join(home, 'message.eml');
  writeFileSync(message, text);
  await toCommand(['public-inbox-mda', '--no-precheck'], { message, list, messageId });
}

describe('public-inbox', { skip }, () => {
  test('takes postings, each once, also HTML and what came without a Message-ID', async () => {
    const first = 'From: Ann <ann@x.example>\nSubject: one\nMessage-ID: <1@x.example>\n\nHerring\n';
    await handOver(first);
    await handOver(first);
    const page = 'Subject: two\nMessage-ID: <2@x.example>\nContent-Type: text/html\n\n<p>Salmon\n';
    await handOver(`From: Ann <ann@x.example>\n${page}`);
    await handOver('From: Ann <ann@x.example>\nSubject: three\n\nTuna\n', '<given@x.example>');
    const subjects = git('log', '--reverse', '--format=%s').trim().split('\n');
    assert.deepEqual(subjects.slice(-3), ['one', 'two', 'three']);
    assert.match(git('log', '-1', '-p'), /^\+Message-ID: <given@x\.example>$/im);
  });

  test('that serves another list says so, and the posting waits', async () => {
    const message = join(home, 'message.eml');
    writeFileSync(message, 'From: ann@x.example\nSubject: x\nMessage-ID: <3@x.example>\n\nx\n');
    const other = { message, list: 'dogs@lists.example.org' };
    await assert.rejects(toCommand(['public-inbox-mda', '--no-precheck'], other), {
      name: 'Error',
      message: /ended by exit 67/,
    });
  });
});
