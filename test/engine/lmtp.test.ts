import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { startLmtp } from '../../src/engine/lmtp.ts';
import { parseMeta } from '../../src/model/entry-text.ts';
import { metaFile } from '../../src/spool/layout.ts';
import { type Place, waitingIn } from '../../src/spool/places.ts';
import { makeList, makeSite, type TestSite } from '../site.ts';

const now = 1_800_000_000_000;
const message = 'From: ann@a.example\r\nTo: cats@example.org\r\n\r\nmiaow\r\n.\r\n';

async function serving(site: TestSite) {
  const opened = site.open();
  const counts = { now: () => now, accepted: () => undefined };
  const server = await startLmtp(opened, 'unix:run/lmtp.sock', counts);
  const path = join(opened.paths.run, 'lmtp.sock');
  return {
    opened,
    open: async () => {
      const socket = connect(path);
      socket.setEncoding('utf8');
      await once(socket, 'data');
      await said(socket, 'LHLO test');
      return socket;
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await opened.close();
    },
  };
}

/** One line, one reply. */
async function said(socket: Socket, line: string): Promise<string> {
  socket.write(`${line}\r\n`);
  const [reply] = (await once(socket, 'data')) as [string];
  return reply.trim();
}

/** What became of a message with that envelope: the replies, and the entry where there is one. */
async function given(from: string, to: string) {
  await using site = await makeSite();
  await makeList(site, 'cats@example.org', []);
  await makeList(site, 'katzen@xn--bcher-kva.example', []);
  await using lmtp = await serving(site);
  const socket = await lmtp.open();
  const mail = await said(socket, `MAIL FROM:${from}`);
  const rcpt = await said(socket, `RCPT TO:${to}`);
  if (!mail.startsWith('250') || !rcpt.startsWith('250')) {
    socket.destroy();
    return { mail, rcpt };
  }
  await said(socket, 'DATA');
  assert.match(await said(socket, message.trimEnd()), /^250 /);
  socket.destroy();
  const [found] = [...waitingIn(lmtp.opened.spool, 'incoming')].flatMap(readMeta);
  return { mail, rcpt, found };
}

function readMeta({ folder, id }: Place) {
  const meta = parseMeta(readFileSync(join(folder, metaFile), 'utf8'), id);
  return meta.kind === 'meta' ? [meta.meta] : [];
}

for (const sender of [
  '"two words"@x.example',
  '"a>b"@x.example',
  'dots..in.a.row.@carrier.example',
  'ann@under_score.example',
  'アン@例え.example',
]) {
  test(`mail from ${sender} is taken, and the sender kept as he writes himself`, async () => {
    const { mail, found } = await given(`<${sender}> SMTPUTF8 SIZE=100`, '<cats@example.org>');
    assert.match(mail, /^250 /);
    assert.equal(found?.sender, sender);
  });
}

test('a source route is taken and left alone', async () => {
  const { found } = await given(
    '<@one.example,@two.example:ann@a.example>',
    '<@one.example:cats@example.org>',
  );
  assert.equal(found?.sender, 'ann@a.example');
  assert.equal(found?.recipient, 'cats@example.org');
});

for (const to of [
  '"cats"@example.org',
  'CATS@Example.ORG',
  'katzen@bücher.example',
  'katzen@xn--bcher-kva.example',
]) {
  test(`${to} is the address of a list`, async () => {
    const { rcpt, found } = await given('<ann@a.example>', `<${to}>`);
    assert.match(rcpt, /^250 /);
    assert(found?.list);
  });
}

test('what is no path is refused, and so are parameters that are none', async () => {
  assert.match((await given('ann@a.example', '<cats@example.org>')).mail, /^501 /);
  assert.match((await given('<ann@a.example> SIZE=', '<cats@example.org>')).mail, /^501 /);
  assert.match((await given('<ann@a.example>', '<>')).rcpt, /^501 /);
});
