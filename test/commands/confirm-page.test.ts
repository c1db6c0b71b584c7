import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exit } from '../../src/ground/errors.ts';
import { call } from '../cli/called.ts';
import { address } from '../literals.ts';
import { office } from './desk.ts';

const ann = 'ann@example.net';
const toml = '[web]\nurl = "https://lists.example.com/x/"\n';

test('a link confirms when its button is pressed, once, and not when it is looked at', async () => {
  await using here = await office({ joinPolicy: 'confirm' }, [], toml);
  here.time.now = Date.now();
  const site = here.root;
  const [asked] = await here.send('cats-join@example.com', ann);
  const [, token = ''] =
    /https:\/\/lists\.example\.com\/x\/confirm\/(\S+)/.exec(asked?.text ?? '') ?? [];
  assert.equal(token, asked?.token);
  const shown = await call(`request confirm --show ${token.toUpperCase()}`, { site });
  const about = { list: 'cats@example.com', wish: 'join', address: ann };
  assert.deepEqual(JSON.parse(shown.out), about);
  assert.deepEqual(await here.work(), []);
  assert.equal(await here.isMember(ann), false);
  const pressed = await call(`request confirm ${token}`, { site });
  assert.deepEqual(JSON.parse(pressed.out), about);
  const told = await here.work();
  assert.deepEqual(
    told.map(({ to }) => to),
    [[ann]],
  );
  assert.equal(await here.isMember(ann), true);
  const { consents } = (await here.store.people.personal(address(ann))) as {
    consents: { way: string }[];
  };
  assert.equal(consents[0]?.way, 'confirmed by link');
  for (const word of [token, 'nonsense']) {
    assert.equal((await call(`request confirm ${word}`, { site })).code, exit.noInput);
  }
  assert.deepEqual(await here.work(), []);
});

test('a link confirms orders, too; what waits for a moderator has none', async () => {
  await using here = await office({ joinPolicy: 'moderate' }, [ann], toml);
  here.time.now = Date.now();
  const site = here.root;
  const [asked] = await here.send('cats-request@example.com', ann, { text: 'set ack on' });
  assert.equal((await call(`request confirm ${asked?.token}`, { site })).code, exit.ok);
  const [reply] = await here.work();
  assert.match(reply?.text ?? '', /ack is on now/);
  const [joining] = await here.send('cats-join@example.com', 'bob@example.net');
  const written = await here.send(joining?.replyTo ?? '', 'bob@example.net');
  const request = written.find(({ token }) => token !== '');
  assert.doesNotMatch(request?.text ?? '', /https:/);
  const refused = await call(`request confirm ${request?.token}`, { site });
  assert.equal(refused.code, exit.noInput);
});
