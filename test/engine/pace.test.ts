import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Site } from '../../src/engine/site.ts';
import { say } from '../cli/said.ts';
import { type Sink, startSink } from '../sink.ts';
import { makeList, makeSite, type TestSite } from '../site.ts';
import { putEntry } from './entries.ts';
import { workAt } from './stopped.ts';

type Opened = AsyncDisposable & {
  readonly made: TestSite;
  readonly site: Site;
  /** Lets all runners work off what is due. */
  work(): Promise<void>;
};

async function opened(toml: string, members: readonly string[]): Promise<Opened> {
  const made = await makeSite(toml);
  await makeList(made, 'cats@example.com', members, { nonmemberAction: 'accept' });
  const site = made.open();
  return {
    made,
    site,
    work: () => workAt(site, Date.now(), ['incoming', 'pipeline', 'mailing', 'outgoing']),
    async [Symbol.asyncDispose]() {
      await site.close();
      await made[Symbol.asyncDispose]();
    },
  };
}

const at = (domain: string, count: number) =>
  Array.from({ length: count }, (_, n) => `m${n}@${domain}`);

const countAt = (sink: Sink, domain: string) =>
  [...sink.pairs.keys()].filter((pair) => pair.includes(`@${domain}\t`)).length;

const relay = (sink: Sink, more = '') => `[[relay]]\nport = ${sink.port}\n${more}`;

test('a limit of a domain holds back its own recipients, and nobody else', async () => {
  await using sink = await startSink();
  const toml = `${relay(sink)}[[pace]]\ndomain = "*"\nmessages = 3\nperMs = 3600000\n`;
  await using on = await opened(toml, [...at('x.example', 10), ...at('y.example', 2)]);
  await putEntry(on.site.paths.spool);
  await on.work();
  assert.deepEqual([countAt(sink, 'x.example'), countAt(sink, 'y.example')], [3, 2]);
  const [row] = JSON.parse((await say(on.made, 'retry', 'ls', '--json')).out);
  assert.deepEqual([row.domain, row.recipients, row.attempts], ['x.example', 7, 0]);
  assert.match(row.why, /limit: domain x\.example, per 3600000 ms/);
  assert.match((await say(on.made, 'retry', 'ls', '--domain', 'y.example')).err, /Nothing waits/);
  const { paces } = JSON.parse((await say(on.made, 'status', '--json')).out);
  assert.equal(paces.length, 1);
  assert.equal(paces[0].what, 'domain x.example, per 3600000 ms');
  assert(paces[0].restMs > 0, 'it says until when');
  // To try at once is not to try in spite of the limit.
  assert.equal((await say(on.made, 'retry', 'flush')).out, '1 batch is due now.\n');
  await on.work();
  assert.equal(countAt(sink, 'x.example'), 3);
});

test('a plan to warm up counts all that goes over its relay', async () => {
  await using sink = await startSink();
  const day = new Date().toISOString().slice(0, 10);
  const warm = `[[pace]]\nrelay = "new"\nwarmUp = [4, 8]\nwarmUpFrom = "${day}"\n`;
  await using on = await opened(`${relay(sink, 'name = "new"\n')}${warm}`, at('x.example', 10));
  await putEntry(on.site.paths.spool);
  await on.work();
  assert.equal(sink.stats().distinct, 4);
});

test('mail for some domains goes over relays of their own, and theirs may be down', async () => {
  await using usual = await startSink();
  await using special = await startSink();
  const toml =
    relay(usual) +
    relay(special, 'domains = [".big.example", "big.example"]\n') +
    relay(usual, 'domains = ["down.example"]\n').replace(String(usual.port), '1');
  const members = ['x.example', 'big.example', 'a.big.example', 'down.example'];
  await using on = await opened(
    toml,
    members.flatMap((domain) => at(domain, 2)),
  );
  await putEntry(on.site.paths.spool);
  await on.work();
  const seen = (sink: Sink) => members.map((domain) => countAt(sink, domain));
  assert.deepEqual(
    [seen(usual), seen(special)],
    [
      [2, 0, 0, 0],
      [0, 2, 2, 0],
    ],
  );
  const [row] = JSON.parse((await say(on.made, 'retry', 'ls', '--json')).out);
  assert.deepEqual([row.domain, row.recipients], ['down.example', 2]);
  assert.match((await say(on.made, 'status')).out, /^relay 127\.0\.0\.1:1 +- .*ECONNREFUSED/m);
});

test('a domain that says "later" to all is left alone, and status says why', async () => {
  const rules = [{ stage: 'rcpt', match: /@slow/, reply: '451 4.7.1 too fast' }] as const;
  await using sink = await startSink({ rules });
  await using on = await opened(relay(sink), [...at('slow.example', 8), ...at('x.example', 3)]);
  await putEntry(on.site.paths.spool);
  await on.work();
  const asked = sink.stats().mails;
  await putEntry(on.site.paths.spool);
  await on.work();
  assert.equal(countAt(sink, 'x.example'), 6);
  assert.equal(sink.stats().mails, asked + 1, 'the second posting asked only for the others');
  const status = JSON.parse((await say(on.made, 'status', '--json')).out);
  assert.equal(status.paces[0].what, 'domain slow.example');
  assert.match(status.paces[0].why, /451 .*too fast/);
  assert.match((await say(on.made, 'status')).out, /^domain slow\.example /m);
});
