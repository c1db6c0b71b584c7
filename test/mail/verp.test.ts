import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Address, addressKey, localPart, parseAddress } from '../../src/mail/address.ts';
import { decodeVerp, encodeSharedVerp, encodeVerp } from '../../src/mail/verp.ts';

const owner = { key: Buffer.from('a key of the site'), list: 'dev.example.com' };
const mailing = { ...owner, bounces: address('dev-bounces@example.com'), mailing: 'k3f9' };

function address(text: string): Address {
  const parsed = parseAddress(text);
  assert(parsed, text);
  return parsed;
}

/** What stands behind the separator. */
function detail(path: Address | undefined): string {
  assert(path);
  return localPart(path).slice('dev-bounces+'.length);
}

test('a return path tells list, mailing and recipient', () => {
  const path = encodeVerp(mailing, address('Anne@Example.org'));
  assert.match(path ?? '', /^dev-bounces\+[a-z2-7]{8}\.k3f9\.Anne=Example\.org@example\.com$/);
  assert.deepEqual(decodeVerp(owner, detail(path)), {
    kind: 'recipient',
    mailing: 'k3f9',
    recipient: 'Anne@Example.org',
  });
});

test('awkward recipients come back, also when the way folded their case', () => {
  const recipients = [
    'a@b',
    'with=equals@example.org',
    'plus+x=y@example.org',
    '=@example.org',
    'a.b.c@example.org',
    '..@example.org',
    '123@example.org',
    'jörg@exämple.org',
    "o'hara%x!y@example.org",
  ];
  for (const text of recipients) {
    const path = detail(encodeVerp(mailing, address(text)));
    for (const came of [path, path.toUpperCase(), path.toLowerCase()]) {
      const target = decodeVerp(owner, came);
      assert(target?.kind === 'recipient', text);
      assert.equal(addressKey(target.recipient), addressKey(address(text)));
    }
  }
});

test('a recipient that does not fit goes by number, without one there is no such path', () => {
  const long = address(`${'l'.repeat(30)}@${'d'.repeat(30)}.example`);
  const quoted = address('"a b"@example.org');
  const literal = address('x@[192.0.2.1]');
  for (const recipient of [long, quoted, literal]) {
    const path = encodeVerp(mailing, recipient, 123_456);
    assert.deepEqual(decodeVerp(owner, detail(path)), {
      kind: 'number',
      mailing: 'k3f9',
      number: 123_456,
    });
    assert.equal(encodeVerp(mailing, recipient), undefined);
  }
});

test('the longest local part is 64 octets', () => {
  for (let size = 1; size < 60; size++) {
    const path = encodeVerp(mailing, address(`${'l'.repeat(size)}@example.org`));
    if (path) assert(localPart(path).length <= 64);
    assert.equal(path === undefined, size > 64 - 'dev-bounces+12345678.k3f9.=example.org'.length);
  }
});

test('a path where the MTA adds the recipient vouches for the mailing only', () => {
  const path = detail(encodeSharedVerp(mailing));
  assert.deepEqual(decodeVerp(owner, path), {
    kind: 'shared',
    mailing: 'k3f9',
    recipient: undefined,
  });
  assert.deepEqual(decodeVerp(owner, `${path}+anne+x=y=example.org`), {
    kind: 'shared',
    mailing: 'k3f9',
    recipient: 'anne+x=y@example.org',
  });
});

test('what we did not make is not believed', () => {
  const path = detail(encodeVerp(mailing, address('anne@example.org')));
  const tag = path.slice(0, 8);
  const shared = detail(encodeSharedVerp(mailing));
  const forged = [
    path.replace('anne', 'bert'),
    path.replace('k3f9', 'k3f8'),
    `aaaaaaaa${path.slice(8)}`,
    path.slice(1),
    `${tag}.k3f9`,
    `${tag}.k3f9.1`,
    `${tag}.k3f9+anne=example.org`,
    `${shared}.anne=example.org`,
    'anne=example.org',
    tag,
    '',
    `${tag}.k3f9.`,
    `${tag}.k3f9.anne`,
    `${tag}.k3f9.=`,
    `${tag}..anne=example.org`,
    'x'.repeat(100_000),
  ];
  for (const text of forged) assert.equal(decodeVerp(owner, text), undefined, text);
  assert.equal(decodeVerp({ ...owner, list: 'other.example.com' }, path), undefined);
  assert.equal(decodeVerp({ ...owner, key: Buffer.from('other') }, path), undefined);
  assert(decodeVerp({ ...owner, list: 'Dev.Example.com' }, path));
});

test('a site chooses its separator', () => {
  const path = encodeVerp({ ...mailing, separator: '-' }, address('a@b'));
  assert.match(path ?? '', /^dev-bounces-[a-z2-7]{8}\.k3f9\.a=b@/);
  assert.throws(
    () => encodeVerp({ ...mailing, mailing: 'NO.id' }, address('a@b')),
    /no mailing id/,
  );
});
