/** One report about many: the MTA had one copy for all of them. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { diagnoseFile } from '../../src/engine/diagnose.ts';
import { message, original, read, statusFields, statusReport } from './reports.ts';

const reason = 'host mx.example.com[192.0.2.1] said: 550 5.1.1 no such user (in reply to RCPT TO)';
const who = (n: number) => `member${String(n).padStart(4, '0')}@example.com`;

/** What Postfix says of so many, once for people and once for programs. */
function about(count: number): { readonly notice: string; readonly groups: string } {
  const all = Array.from({ length: count }, (_, n) => who(n));
  const notice = all.map((one) => `<${one}>: ${reason}\n`).join('\n');
  const group = (one: string) =>
    `Final-Recipient: rfc822; ${one}\nOriginal-Recipient: rfc822;${one}\nAction: failed\n` +
    `Status: 5.1.1\nRemote-MTA: dns; mx.example.com\nDiagnostic-Code: smtp; 550 5.1.1 ${reason}\n`;
  return { notice, groups: `Reporting-MTA: dns; mx.example.net\n\n${all.map(group).join('\n')}` };
}

async function readFrom(text: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'listmill-many-'));
  try {
    await writeFile(join(folder, 'report.eml'), text);
    const { recipients, detector } = await diagnoseFile(join(folder, 'report.eml'));
    assert.equal(detector, 'rfc3464');
    // What is read of a file is what is read of the same in memory.
    assert.deepEqual(read(text).recipients, recipients);
    return recipients.map(({ address }) => address);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('all recipients of one report are read', () => {
  const large = `${original}${`${'A'.repeat(76)}\n`.repeat(40_000)}`;

  test('where it is long because of them', async () => {
    const { notice, groups } = about(2000);
    const text = message({ fields: statusFields, body: statusReport(groups, notice) });
    const found = await readFrom(text.replace('It is out.', large));
    assert.deepEqual([found.length, found[0], found.at(-1)], [2000, who(0), who(1999)]);
  });

  test('where they stand behind a large message', async () => {
    const { groups } = about(1000);
    const parts = [
      `Content-Type: message/rfc822\n\n${large}`,
      `Content-Type: message/delivery-status\n\n${groups}`,
    ];
    const body = `${parts.map((part) => `--b1\n${part}\n`).join('')}--b1--\n`;
    const found = await readFrom(message({ fields: statusFields, body }));
    assert.equal(found.length, 1000);
  });

  test('up to a limit', async () => {
    const found = await readFrom(
      message({ fields: statusFields, body: statusReport(about(2500).groups) }),
    );
    assert.equal(found.length, 2000);
  });
});
