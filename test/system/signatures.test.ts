import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { nextLink, verifyArc } from '../../src/mail/dkim/arc.ts';
import { recordOf } from '../../src/mail/dkim/key.ts';
import { isBroken, readMessage } from '../../src/mail/message.ts';
import type { Settings } from '../../src/model/settings.ts';
import { copiesOf } from '../engine/copying.ts';
import { corpusFiles, needsCorpus } from '../mail/corpus.ts';
import { testKey, zoneOf } from '../mail/dkim/keys.ts';
import { root } from '../sources.ts';

/** Debian's own Python, for which python3-dkim is made. */
const python = '/usr/bin/python3';
const isThere = spawnSync(python, ['-c', 'import dkim']).status === 0;
const skip = needsCorpus.skip || (isThere ? false : 'no python3-dkim');

const folder = mkdtempSync(join(tmpdir(), 'listmill-dkimpy-'));
after(() => rmSync(folder, { recursive: true }));
const keys = [testKey('ed25519'), testKey('rsa')];
const people = [
  ['ann@a.example', 1],
  ['bob@b.example', 2],
] as const;
const footer = '-- \n{{ name | default: "friend" }}: {{ unsubscribe_link }}';

type Found = {
  readonly dkim: readonly (boolean | string)[];
  readonly arc: string;
  readonly why: string;
};

/** What dkimpy says of messages. */
function judge(files: readonly string[]): Found[] {
  const zone = Object.fromEntries(
    keys.map((key) => [`${key.selector}._domainkey.${key.domain}`, recordOf(key)]),
  );
  const input = JSON.stringify({ zone, files, signatures: keys.length });
  const script = join(root, 'test', 'system', 'verifier.py');
  const { stdout, stderr, status } = spawnSync(python, [script], { input, maxBuffer: 1e8 });
  assert.equal(status, 0, stderr.toString());
  return JSON.parse(stdout.toString());
}

/** Real mail of every kind: one in so many, what has a From field dkimpy can read. */
function sample(): string[] {
  return corpusFiles('messages').filter((path, n) => {
    if (n % 6 !== 0) return false;
    const head = readFileSync(path, 'latin1').split(/\r?\n\r?\n/)[0] ?? '';
    return (head.match(/^from:/gim) ?? []).length === 1 && !/^arc-/im.test(head);
  });
}

describe('dkimpy finds all signatures and seals good', { skip }, () => {
  const cases: Readonly<Record<string, Partial<Settings>>> = {
    'of mail that is the same for all': { footer: 'bye' },
    'of copies with a header of their own': { personalize: 'headers' },
    'of copies with a footer of their own': { personalize: 'full', footer },
  };
  for (const [name, settings] of Object.entries(cases)) {
    test(name, async () => {
      const files: string[] = [];
      for (const path of sample()) {
        const opened = await readMessage(path);
        if (isBroken(opened)) continue;
        const arc = nextLink(await verifyArc(opened, zoneOf(...keys)));
        assert(arc);
        const message = readFileSync(path);
        const url = 'https://lists.example.com';
        const { bodies } = await copiesOf({ message, settings, people, keys, url, arc });
        for (const copy of bodies) {
          const file = join(folder, `${files.length}.eml`);
          writeFileSync(file, copy);
          files.push(file);
        }
      }
      assert(files.length > 50, `${files.length} messages`);
      const found = judge(files);
      const wrong = found.flatMap((one, n) =>
        one.arc === 'pass' && one.dkim.every((good) => good === true) ? [] : [{ n, ...one }],
      );
      assert.deepEqual(wrong, []);
    });
  }
});
