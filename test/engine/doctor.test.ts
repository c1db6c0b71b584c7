import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { type DnsView, examineDomain, examineHost } from '../../src/engine/doctor/dns.ts';
import type { Finding } from '../../src/engine/doctor/finding.ts';
import { examineRelay } from '../../src/engine/doctor/relay.ts';
import { recordOf } from '../../src/mail/dkim/key.ts';
import type { Names } from '../../src/mta/names.ts';
import { checkSpf } from '../../src/mta/spf.ts';
import { accept, arrive } from '../../src/spool/intake.ts';
import { say } from '../cli/said.ts';
import { testKey } from '../mail/dkim/keys.ts';
import { forever, relayOf } from '../mta/setting.ts';
import { type SinkOptions, startSink } from '../sink.ts';
import { makeList, makeSite } from '../site.ts';

type Zone = Readonly<Record<string, readonly string[]>>;

/** A world of names: `txt x`, `a x`, `mx x`, `ptr x`. */
function namesIn(zone: Zone): Names {
  const of = (kind: string) => async (name: string) => zone[`${kind} ${name}`] ?? [];
  return { txt: of('txt'), addresses: of('a'), mx: of('mx'), ptr: of('ptr') };
}

const domain = 'lists.example';
const key = testKey('rsa', domain);
const sound: Zone = {
  [`mx ${domain}`]: ['mx.lists.example'],
  [`txt ${domain}`]: ['v=spf1 include:other.example ip4:192.0.2.0/24 -all'],
  'txt other.example': ['v=spf1 -all'],
  [`txt ${key.selector}._domainkey.${domain}`]: [recordOf(key)],
  [`txt _dmarc.${domain}`]: ['v=DMARC1; p=none'],
  'a mx.lists.example': ['192.0.2.7'],
  'ptr 192.0.2.7': ['mx.lists.example'],
};

function view(
  more: Readonly<Record<string, readonly string[] | undefined>>,
  keys = [key],
): DnsView {
  const zone = Object.fromEntries(
    Object.entries({ ...sound, ...more }).flatMap(([name, value]) =>
      value ? [[name, value]] : [],
    ),
  );
  const names = namesIn(zone);
  return {
    names,
    ask: names.txt,
    keys,
    helo: 'mx.lists.example',
    senders: ['192.0.2.7'],
    limitMs: 1000,
  };
}

const short = (found: readonly Finding[]) =>
  found.filter(({ health }) => health !== 'ok').map(({ check, text }) => `${check}: ${text}`);

describe('names', () => {
  test('of a sound domain are all right', async () => {
    const found = [...(await examineDomain(view({}), domain)), ...(await examineHost(view({})))];
    assert.deepEqual(short(found), []);
    assert.deepEqual([...new Set(found.map(({ check }) => check))].sort(), [
      'dkim',
      'dmarc',
      'mx',
      'ptr',
      'spf',
    ]);
  });

  const cases: readonly (readonly [Parameters<typeof view>[0], RegExp, RegExp])[] = [
    [{ [`mx ${domain}`]: undefined }, /^mx: .*neither MX nor address/, /IN MX 10/],
    [
      { [`txt ${domain}`]: ['x'] },
      /^spf: There is no SPF record/,
      /v=spf1 mx ip4:192\.0\.2\.7 -all/,
    ],
    [{ [`txt ${domain}`]: ['v=spf1 a', 'v=spf1 mx'] }, /^spf: There are several/, /Leave one/],
    [{ [`txt ${domain}`]: ['v=spf1 ip4:10.0.0.0/8 ~all'] }, /not allowed \(softfail\)/, /Add ip4:/],
    [{ [`txt ${domain}`]: [`v=spf1 include:${domain} -all`] }, /cannot be worked out/, /Publish/],
    [{ [`txt ${key.selector}._domainkey.${domain}`]: [] }, /^dkim: .*no such record/, /Publish: /],
    [{ [`txt _dmarc.${domain}`]: [] }, /^dmarc: There is no DMARC record/, /p=none/],
    [{ 'ptr 192.0.2.7': [] }, /^ptr: .*has no name/, /PTR of 192\.0\.2\.7/],
    [{ 'ptr 192.0.2.7': ['else.example'] }, /is called else\.example/, /PTR/],
  ];
  for (const [more, wrong, fix] of cases) {
    test(`say what is wrong: ${wrong.source}`, async () => {
      const found = [
        ...(await examineDomain(view(more), domain)),
        ...(await examineHost(view(more))),
      ];
      const [first, ...others] = found.filter(({ health }) => health !== 'ok');
      assert.deepEqual(short(others), []);
      assert.match(`${first?.check}: ${first?.text}`, wrong);
      assert.match(first?.fix ?? '', fix);
    });
  }

  test('are missed where nothing is signed, or with what not all know', async () => {
    assert.match(short(await examineDomain(view({}, []), domain)).join(), /not signed by us/);
    const own = testKey('ed25519', domain);
    const zone = { [`txt ${own.selector}._domainkey.${domain}`]: [recordOf(own)] };
    assert.match(short(await examineDomain(view(zone, [own]), domain)).join(), /no key is RSA/);
  });
});

test('SPF is worked out as receivers do', async () => {
  const names = namesIn({
    'txt a.example': ['v=spf1 a:host.example/28 mx ?exists:there.example redirect=b.example'],
    'txt b.example': ['v=spf1 ip6:2001:db8::/32 +ip4:198.51.100.1 -all'],
    'a host.example': ['192.0.2.17'],
    'mx a.example': ['mx.example'],
    'a mx.example': ['203.0.113.9'],
    'txt c.example': ['v=spf1 unknown -all'],
  });
  for (const [address, result] of [
    ['192.0.2.30', 'pass'],
    ['192.0.2.33', 'fail'],
    ['203.0.113.9', 'pass'],
    ['2001:db8::1', 'pass'],
    ['198.51.100.1', 'pass'],
    ['198.51.100.2', 'fail'],
  ] as const) {
    assert.equal(await checkSpf(names, 'a.example', address), result, address);
  }
  assert.equal(await checkSpf(names, 'none.example', '192.0.2.1'), 'none');
  assert.equal(await checkSpf(names, 'c.example', '192.0.2.1'), 'permerror');
});

describe('an MTA', () => {
  async function relayed(options: SinkOptions, messageBytes = 1000): Promise<string[]> {
    await using sink = await startSink(options);
    const nobody = `nobody@${domain}`;
    const addresses = [`cats@${domain}`, `cats-bounces+probe@${domain}`];
    const relay = relayOf(sink);
    return short(
      await examineRelay({
        relay,
        addresses,
        nobody,
        messageBytes,
        separator: '+',
        signal: forever,
        others: [`cats-request@${domain}`, `cats-leave@${domain}`, `cats-join@${domain}`],
      }),
    );
  }
  const nobody = { stage: 'rcpt', match: /nobody@/, reply: '550 no' } as const;

  test('that is sound is all right', async () => {
    assert.deepEqual(await relayed({ rules: [nobody] }), []);
  });

  test('that refuses, takes too much or too little is found out', async () => {
    assert.match((await relayed({})).join(), /takes mail for nobody@/);
    const lists = { stage: 'rcpt', match: /<cats@/, reply: '550 unknown' } as const;
    assert.match(
      (await relayed({ rules: [nobody, lists] })).join(),
      /transport: .*refuses.*550 unknown/,
    );
    const some = { stage: 'rcpt', match: /-(?:leave|join)@/, reply: '550 unknown' } as const;
    assert.match(
      (await relayed({ rules: [nobody, some] })).join(),
      /^alias: The MTA refuses mail for cats-leave@[^,]*, cats-join@[^,]*: 550 unknown\.$/,
    );
    const paths = { stage: 'rcpt', match: /bounces/, reply: '550 unknown' } as const;
    assert.match((await relayed({ rules: [nobody, paths] })).join(), /return-path: .*refuses/);
    const plain = await relayed({ offers: ['SIZE 10'], rules: [nobody] });
    assert.match(plain.join(), /PIPELINING.*takes 10 bytes.*SMTPUTF8/);
  });

  test('that refuses not the address, but who asks, is told how to be mended', async () => {
    const fixes = async (match: RegExp, reply: string, stage: 'mail' | 'rcpt' = 'rcpt') => {
      await using sink = await startSink({ rules: [{ stage, match, reply }] });
      const found = await examineRelay({
        relay: relayOf(sink),
        addresses: [`cats@${domain}`, `cats-bounces+probe@${domain}`],
        nobody: `nobody@${domain}`,
        messageBytes: 1000,
        separator: '+',
        signal: forever,
      });
      assert(!found.some(({ text }) => text.includes('refused at the door')), 'it proves nothing');
      return found.flatMap(({ fix }) => fix ?? []).join(' ');
    };
    assert.match(await fixes(/./, '554 5.7.1 <>: Sender address rejected: no'), /null sender/);
    assert.match(await fixes(/./, '553 5.1.8 no such sender', 'mail'), /null sender/);
    assert.match(await fixes(/./, '454 4.7.1 <cats@x>: Relay access denied'), /mynetworks/);
    assert.match(await fixes(/./, '554 5.7.1 Access denied'), /Bring its .*Mend the transport/);
  });

  test('that is not there is told', async () => {
    const sink = await startSink();
    const relay = relayOf(sink);
    await sink.close();
    const order = {
      relay,
      addresses: [],
      nobody: undefined,
      messageBytes: 1,
      separator: '+',
      signal: forever,
    };
    assert.match(short(await examineRelay(order)).join(), /cannot be spoken to/);
  });
});

describe('listmill doctor', () => {
  test('sends a probe, and knows it again when it comes back', async () => {
    let deliver: ((to: string) => Promise<void>) | undefined;
    await using sink = await startSink({
      keep: true,
      took: ({ to }) => void deliver?.(to[0] ?? ''),
    });
    await using site = await makeSite(
      `[[relay]]\nport = ${sink.port}\nhelo = "mx.example"\n[dns]\nservers = ["127.0.0.1:1"]\ntimeoutMs = 50\n`,
    );
    const list = await makeList(site, `cats@${domain}`, 0);
    const opened = site.open();
    deliver = async (to) => {
      const detail = to.slice(to.indexOf('+') + 1, to.indexOf('@'));
      const arrival = await arrive(
        opened.spool,
        Readable.from([Buffer.from('From: x@y\n\nz')]),
        1000,
      );
      const work = { kind: 'bounce', detail } as const;
      const target = { queue: 'bounce', recipient: to, list, work } as const;
      await accept(opened.spool, arrival, null, [target], Date.now());
    };
    const back = await say(site, 'doctor', '--probe', '--json');
    const probe = JSON.parse(back.out).at(-1);
    assert.deepEqual([probe.check, probe.health], ['probe', 'ok'], probe.text);
    assert.equal(back.code, 1, 'DNS does not answer');
    deliver = undefined;
    const lost = await say(site, 'doctor', '--probe', '--wait', '0.6');
    assert.match(lost.out, /! probe .*did not come back in 0\.6 s/);
    await opened.close();
  });

  test('examines no domain that is not ours', async () => {
    await using site = await makeSite();
    const { code, out } = await say(site, 'doctor', '--domain', 'other.example');
    assert.equal(code, 1);
    assert.match(out, /no such domain of ours/);
    assert.equal((await say(site, 'doctor', '--wait', 'x')).code, 64);
  });
});
