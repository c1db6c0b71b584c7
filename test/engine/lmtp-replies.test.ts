import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { startLmtp } from '../../src/engine/lmtp.ts';
import { messageFile } from '../../src/spool/layout.ts';
import { waitingIn } from '../../src/spool/places.ts';
import { giveLmtp, Replies } from '../failures/lmtp-client.ts';
import { makeList, makeSite } from '../site.ts';

const mebibyte = 1024 * 1024;
const now = 1_800_000_000_000;
const message = 'From: ann@a.example\r\nTo: cats@example.org\r\n\r\nmiaow';

/** A connection that has said LHLO. */
async function connected(path: string) {
  const socket = connect(path);
  const replies = new Replies(socket);
  const say = async (line: string) => {
    socket.write(`${line}\r\n`);
    return await replies.next();
  };
  await replies.next();
  const offered = (await say('LHLO client.example')).split('\r\n').map((line) => line.slice(4));
  return { socket, replies, say, offered, [Symbol.dispose]: () => socket.destroy() };
}

/** A site with two lists that takes mail of at most 100,000 bytes. */
async function serving() {
  const site = await makeSite('[limits]\nmessageBytes = 100000\n');
  await makeList(site, 'cats@example.org', []);
  await makeList(site, 'dogs@example.org', []);
  const opened = site.open();
  const counts = { now: () => now, accepted: () => undefined };
  const server = await startLmtp(opened, 'unix:run/lmtp.sock', counts);
  const { spool } = opened;
  const taken = () => [...waitingIn(spool, 'incoming'), ...waitingIn(spool, 'command')];
  const others = [server];
  const withBadBooks = async () => {
    const store = await opened.store();
    const bad = Object.assign(new Error('the database is malformed'), { code: 'SQLITE_CORRUPT' });
    const listAt = () => Promise.reject(bad);
    const broken = new Proxy(store, {
      get: (of, name) => (name === 'listAt' ? listAt : Reflect.get(of, name, of)),
    });
    const site = { ...opened, store: async () => broken };
    others.push(await startLmtp(site, 'unix:run/bad.sock', counts));
    return join(opened.paths.run, 'bad.sock');
  };
  return {
    path: join(opened.paths.run, 'lmtp.sock'),
    withBadBooks,
    spool,
    taken,
    forget: () => {
      for (const { folder } of taken()) rmSync(folder, { recursive: true });
    },
    async [Symbol.asyncDispose]() {
      for (const one of others) await one.close();
      await opened.close();
      await site[Symbol.asyncDispose]();
    },
  };
}

describe('LMTP', () => {
  let lmtp: Awaited<ReturnType<typeof serving>>;
  before(async () => {
    lmtp = await serving();
  });
  after(() => lmtp[Symbol.asyncDispose]());
  afterEach(() => lmtp.forget());

  test('says what an MTA may make use of', async () => {
    using client = await connected(lmtp.path);
    assert.deepEqual(client.offered.slice(1).sort(), [
      '8BITMIME',
      'ENHANCEDSTATUSCODES',
      'PIPELINING',
      'SIZE 100000',
      'SMTPUTF8',
    ]);
  });

  test('takes commands that come all at once', async () => {
    using client = await connected(lmtp.path);
    const commands = ['MAIL FROM:<>', 'RCPT TO:<cats@example.org>', 'DATA'];
    client.socket.write(commands.map((command) => `${command}\r\n`).join(''));
    const codes: string[] = [];
    for (const _ of commands) codes.push((await client.replies.next()).slice(0, 3));
    assert.deepEqual(codes, ['250', '250', '354']);
  });

  test('refuses a list that is not there, for good, and takes the others', async () => {
    using client = await connected(lmtp.path);
    await client.say('MAIL FROM:<ann@a.example>');
    const unknown = await client.say('RCPT TO:<birds@example.org>');
    assert.match(unknown, /^550 5\.1\.1 no such list: birds@example\.org$/);
    assert.match(await client.say('RCPT TO:<cats@example.org>'), /^250 /);
    await client.say('DATA');
    assert.match(await client.say(`${message}\r\n.`), /^250 .*OK i\w+/);
    assert.equal(lmtp.taken().length, 1);
  });

  test('has one copy on disk however many lists are addressed', async () => {
    const to = ['cats@example.org', 'dogs@example.org', 'cats-request@example.org'];
    const said = await giveLmtp(lmtp.path, to, message);
    assert.deepEqual(
      said.map((reply) => reply.slice(0, 3)),
      ['250', '250', '250'],
    );
    const taken = lmtp.taken().map(({ folder }) => statSync(join(folder, messageFile)));
    assert.deepEqual(
      taken.map(({ nlink }) => nlink),
      [3, 3, 3],
    );
    assert.equal(new Set(taken.map(({ ino }) => ino)).size, 1);
  });

  test('answers twice who is named twice, and takes one copy for him', async () => {
    const to = ['cats@example.org', 'dogs@example.org', 'Cats@example.org'];
    const said = await giveLmtp(lmtp.path, to, message);
    assert.deepEqual(
      said.map((reply) => reply.slice(0, 3)),
      ['250', '250', '250'],
    );
    assert.equal(said[0], said[2]);
    assert.equal(lmtp.taken().length, 2);
    const large = await giveLmtp(lmtp.path, to, `${message}\r\n`.repeat(3000));
    assert.deepEqual(
      large.map((reply) => reply.slice(0, 3)),
      ['552', '552', '552'],
    );
  });

  test('says "later" while the books cannot be read', async () => {
    const path = await lmtp.withBadBooks();
    using client = await connected(path);
    await client.say('MAIL FROM:<ann@a.example>');
    const reply = await client.say('RCPT TO:<cats@example.org>');
    assert.match(reply, /^451 4\.3\.0 .*malformed/);
  });

  test('refuses what says that it is too large before it comes', async () => {
    using client = await connected(lmtp.path);
    assert.match(await client.say('MAIL FROM:<ann@a.example> SIZE=100001'), /^552 5\.3\.4 /);
    assert.match(await client.say('MAIL FROM:<ann@a.example> SIZE=100000'), /^250 /);
  });

  test('refuses what is too large when it has come, and holds none of it', async () => {
    using client = await connected(lmtp.path);
    for (const command of ['MAIL FROM:<a@b.example>', 'RCPT TO:<cats@example.org>', 'DATA']) {
      await client.say(command);
    }
    const lines = Buffer.from(`${'x'.repeat(1022)}\r\n`.repeat(64));
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    for (let sent = 0; sent < 192 * mebibyte; sent += lines.length) {
      if (!client.socket.write(lines)) await once(client.socket, 'drain');
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    assert.match(await client.say('.'), /^552 5\.3\.4 .*larger than 100000 bytes/);
    // Buffers that nobody holds are collected now and then only.
    assert.ok(most < 96 * mebibyte, `${most} bytes of 192 MiB were in memory`);
    assert.match(await client.say('RSET'), /^250 /, 'the connection goes on');
    assert.deepEqual(lmtp.taken(), []);
    const left = readdirSync(lmtp.spool.paths.tmp('incoming'));
    assert.deepEqual(left, []);
  });
});
