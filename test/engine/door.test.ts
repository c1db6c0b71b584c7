import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startLmtp } from '../../src/engine/lmtp.ts';
import { answerTo, startPolicy } from '../../src/engine/policy.ts';
import type { Settings } from '../../src/model/settings.ts';
import { makeList, makeSite, type TestSite } from '../site.ts';
import { messageBy, putEntry } from './entries.ts';
import { deskAt, workAt } from './stopped.ts';

const now = 1_800_000_000_000;
const cats = 'cats@example.org';

async function siteWith(settings: Partial<Settings>): Promise<TestSite> {
  const site = await makeSite();
  await makeList(site, cats, ['ann@x.org'], settings);
  return site;
}

/** Says all lines and collects what comes back until the other side hangs up. */
async function spoken(path: string, text: string, greeted: boolean): Promise<string> {
  const socket = connect(path);
  let heard = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    heard += chunk;
  });
  if (greeted) await once(socket, 'data');
  // A server of SMTP takes a client that hangs up for gone; one of policies answers it.
  if (greeted) socket.write(text);
  else socket.end(text);
  await once(socket, 'close');
  return heard;
}

function question(facts: Readonly<Record<string, string>>): string {
  const all = { request: 'smtpd_access_policy', protocol_state: 'RCPT', ...facts };
  return `${Object.entries(all)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n\n`;
}

/** The answers to questions about mail to cats, all on one connection. */
async function answers(
  settings: Partial<Settings>,
  questions: readonly Readonly<Record<string, string>>[],
): Promise<string[]> {
  await using site = await siteWith(settings);
  const opened = site.open();
  const admin = (await opened.store()).as('test');
  await admin.ban(undefined, 'eve@y.org', '');
  const service = await startPolicy(
    opened,
    'unix:run/policy.sock',
    () => now,
    () => undefined,
  );
  const asked = questions.map((facts) => question({ recipient: cats, ...facts })).join('');
  const heard = await spoken(join(opened.paths.run, 'policy.sock'), asked, false);
  await service.close();
  await opened.close();
  return heard.split('\n\n').filter((answer) => answer !== '');
}

/** What a client hears that stays on the line until the service hangs up. */
async function hungUp(toml: string, text: string): Promise<string> {
  await using site = await makeSite(toml);
  const opened = site.open();
  const counts = [() => now, () => undefined] as const;
  const service = await startPolicy(opened, 'unix:run/policy.sock', ...counts);
  const socket = connect(join(opened.paths.run, 'policy.sock'));
  let heard = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    heard += chunk;
  });
  socket.on('error', () => undefined); // not all that it said was read
  socket.write(text);
  const closed = once(socket, 'close', { signal: AbortSignal.timeout(60_000) });
  try {
    await closed;
  } finally {
    socket.destroy();
    await service.close();
    await opened.close();
  }
  return heard;
}

const dunno = 'action=DUNNO';

describe('the policy service', () => {
  test('refuses what is no list of ours, and says nothing of what is not ours', async () => {
    const recipients = [
      'dogs@example.org',
      'cats@elsewhere.org',
      'Cats+x@Example.org',
      'cats-request@example.org',
      'nonsense',
    ];
    const questions = recipients.map((recipient) => ({ recipient, sender: 'zoe@z.org' }));
    assert.deepEqual(await answers({}, questions), [
      'action=550 5.1.1 There is no such list here.',
      dunno,
      dunno,
      dunno,
      dunno,
    ]);
  });

  test('refuses the banned where the list rejects them, and only at RCPT', async () => {
    const eve = { sender: 'Eve@y.org' };
    assert.deepEqual(await answers({}, [eve]), [dunno], 'a ban discards, unless set otherwise');
    const settings = { ruleActions: ['banned=reject'] };
    assert.deepEqual(await answers(settings, [eve, { ...eve, protocol_state: 'DATA' }]), [
      'action=550 5.7.1 The sender is banned on all lists: eve@y.org',
      dunno,
    ]);
  });

  test('refuses strangers only where the envelope decides', async () => {
    const asked = [{ sender: 'zoe@z.org' }, { sender: 'ann@x.org' }, { sender: '' }];
    assert.deepEqual(await answers({ nonmemberAction: 'reject' }, asked), [dunno, dunno, dunno]);
    const settings = { nonmemberAction: 'reject', envelopeDecides: true } as const;
    assert.deepEqual(await answers(settings, asked), [
      'action=550 5.7.1 zoe@z.org is not a member of cats@example.org.',
      dunno,
      dunno,
    ]);
    assert.deepEqual(await answers({ ...settings, nonmemberAction: 'hold' }, asked), [
      dunno,
      dunno,
      dunno,
    ]);
  });

  test('a size that the list rejects is refused', async () => {
    const settings = { maxBytes: 1000, ruleActions: ['max-size=reject'] };
    const asked = [
      { sender: 'ann@x.org', size: '5000' },
      { sender: 'ann@x.org', size: '' },
    ];
    assert.deepEqual(await answers(settings, asked), [
      'action=550 5.7.1 The message is 5,000 bytes; this list takes 1,000.',
      dunno,
    ]);
  });

  test('a rate that the list rejects is put off, and taken when its time is over', async () => {
    await using site = await siteWith({ senderRate: 1, ruleActions: ['sender-rate=reject'] });
    const opened = site.open();
    const desk = await deskAt(opened, now);
    const asked = new Map([
      ['recipient', cats],
      ['sender', 'ann@x.org'],
    ]);
    assert.equal(await answerTo(desk, asked), 'DUNNO');
    const message = messageBy('ann@x.org', 'food', cats);
    await putEntry(opened.spool.paths.root, { message, recipient: cats, now });
    await workAt(opened, now, ['incoming']);
    assert.match(await answerTo(desk, asked), /^450 4\.7\.1 ann@x\.org sent 1 posting/);
    const other = new Map([...asked, ['sender', 'bob@x.org']]);
    assert.equal(await answerTo(desk, other), 'DUNNO', 'it is the rate of one');
    assert.equal(await answerTo({ ...desk, now: now + 3_600_001 }, asked), 'DUNNO');
    await opened.close();
  });

  test('leaves what is no list to the MTA where the site wants that', async () => {
    await using site = await makeSite('[policy]\nrejectUnknown = false\n');
    await makeList(site, cats, ['ann@x.org']);
    const opened = site.open();
    const desk = await deskAt(opened, now);
    assert.equal(await answerTo(desk, new Map([['recipient', 'dogs@example.org']])), 'DUNNO');
    await opened.close();
  });

  test('hangs up on who says too much in one question', async () => {
    assert.equal(await hungUp('', `x=${'y'.repeat(20_000)}`), '');
  });

  test('hangs up on who says nothing more', async () => {
    const idle = '[policy]\nidleMs = 100\n';
    assert.equal(await hungUp(idle, 'recipient=a@b.c\n'), '', 'half a question is none');
  });

  test('a line of hostile text breaks nothing', async () => {
    const answer = await answers({}, [{ sender: '\u0000\r<a@b>\u2028', recipient: '@@@' }]);
    assert.deepEqual(answer, [dunno]);
  });
});

describe('a refusal at DATA', () => {
  async function replies(settings: Partial<Settings>): Promise<string[]> {
    await using site = await siteWith(settings);
    const opened = site.open();
    const counts = { now: () => now, accepted: () => undefined };
    const server = await startLmtp(opened, 'unix:run/lmtp.sock', counts);
    const text = [
      'LHLO test',
      'MAIL FROM:<zoe@z.org>',
      'RCPT TO:<cats@example.org>',
      'RCPT TO:<cats-owner@example.org>',
      'DATA',
      'From: zoe@z.org',
      'To: cats@example.org',
      'Subject: food',
      '',
      'miaow',
      '.',
      'QUIT',
      '',
    ].join('\r\n');
    const heard = await spoken(join(opened.paths.run, 'lmtp.sock'), text, true);
    await server.close();
    await opened.close();
    const lines = heard.split('\r\n').filter((line) => /^\d{3} /.test(line));
    return lines.slice(6, 8).map((line) => line.replace(/OK i\w+/, 'OK id'));
  }

  test('is for the list that rejects, and not for its owners', async () => {
    const [first, second] = await replies({ nonmemberAction: 'reject', rejections: 'door' });
    assert.match(first ?? '', /^550 5\.7\.1 zoe@z\.org is not a member of cats@example\.org\./);
    assert.match(second ?? '', /^250 .*OK/);
  });

  test('is made where a rule is answered so, and not where notices are sent', async () => {
    const byRule: Partial<Settings> = {
      nonmemberAction: 'reject',
      rejectionsByRule: ['members-only=door'],
    };
    assert.match((await replies(byRule))[0] ?? '', /^550 /);
    assert.match((await replies({ nonmemberAction: 'reject' }))[0] ?? '', /^250 /);
  });

  test('a hold stays a hold', async () => {
    assert.match((await replies({ rejections: 'door' }))[0] ?? '', /^250 /);
  });
});
