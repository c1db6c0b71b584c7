/** Which postings get an answer of ours, and which must not have one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Settings } from '../../src/model/settings.ts';
import { parkedIn } from '../../src/spool/places.ts';
import { type Message, type Office, office } from '../commands/desk.ts';
import { workAt } from './stopped.ts';

const cats = 'cats@example.com';

async function changed(here: Office, settings: Partial<Settings>): Promise<void> {
  const changes = Object.entries(settings).map(([name, value]) => ({ name, value }));
  await here.store.as('test').changeSettings(here.list, changes as never);
}

/** To whom a posting by `from` makes us write. */
async function answered(here: Office, from: string, message: Message = {}): Promise<string[]> {
  const written = await here.send(cats, from, { subject: 'food', ...message });
  return written.flatMap(({ to }) => to);
}

const machines: readonly Message[] = [
  { header: ['Precedence: bulk'] },
  { header: ['Precedence: list'] },
  { header: ['Precedence: junk'] },
  { header: ['Auto-Submitted: auto-generated'] },
  { header: ['X-Ack: no'] },
  { header: ['List-Id: <dogs.example.org>'] },
  { sender: null },
  { sender: cats },
  { sender: 'cats-join@example.com' },
  { sender: 'MAILER-DAEMON@else.example' },
];

test('a posting by a machine, a list or ourselves gets no notice of a hold or a reject', async () => {
  await using here = await office();
  for (const kind of ['hold', 'reject'] as const) {
    await changed(here, { nonmemberAction: kind });
    for (const [n, message] of machines.entries()) {
      const what = `${kind}: ${JSON.stringify(message)}`;
      assert.deepEqual(await answered(here, `${kind}${n}@else.example`, message), [], what);
    }
    const person = `${kind}@else.example`;
    assert.deepEqual(await answered(here, person), [person], 'a person gets one');
  }
  assert.equal([...parkedIn(here.site.spool, 'held')].length, machines.length + 1);
});

test('a held posting is told to nobody where the list wants no notices', async () => {
  await using here = await office({ heldNotices: false });
  const admin = here.store.as('test');
  await admin.addMember(here.list, 'moderator', 'mo@example.net' as never);
  assert.deepEqual(await answered(here, 'eve@else.example'), ['mo@example.net']);
  await changed(here, { moderatorNotices: 'never' });
  assert.deepEqual(await answered(here, 'eve@else.example'), []);
  await changed(here, { heldNotices: true });
  assert.deepEqual(await answered(here, 'eve@else.example'), ['eve@else.example']);
  assert.equal([...parkedIn(here.site.spool, 'held')].length, 3, 'they wait all the same');
});

test('a rejected author hears of it as the list says, or as it says of the rule', async () => {
  await using here = await office({ nonmemberAction: 'reject' });
  const cases: readonly (readonly [Partial<Settings>, isTold: boolean])[] = [
    [{}, true],
    [{ rejections: 'drop' }, false],
    // What came in by a pipe has no door any more at which it could be refused.
    [{ rejections: 'door' }, true],
    [{ rejectionsByRule: ['members-only=drop'] }, false],
    [{ rejectionsByRule: ['max-size=drop'] }, true],
    [{ rejections: 'drop', rejectionsByRule: ['members-only=notice'] }, true],
    [{ rejections: 'drop', rejectionsByRule: ['max-size=notice'] }, false],
  ];
  for (const [n, [settings, isTold]] of cases.entries()) {
    await changed(here, { rejections: 'notice', rejectionsByRule: [], ...settings });
    const eve = `eve${n}@else.example`;
    assert.deepEqual(await answered(here, eve), isTold ? [eve] : [], JSON.stringify(settings));
  }
});

test('a distributed posting is acknowledged to a member who wants it, and is no machine', async () => {
  const toml = '[rules]\ntrustedHosts = ["mx.example.com"]\n';
  const ann = 'ann@example.net';
  await using here = await office({}, [ann, 'bob@example.net'], toml);
  const proof = ['Authentication-Results: mx.example.com; dmarc=pass header.from=example.net'];
  await here.send('cats-request@example.com', ann, { subject: 'set ack on', header: proof });
  const acknowledged = async (from: string, header: readonly string[] = []) => {
    await here.send(cats, from, { subject: 'food', header });
    await workAt(here.site, here.time.now, ['pipeline']);
    return (await here.work()).map(({ to, subject }) => `${to.join()}: ${subject}`);
  };
  const [one, ...more] = await acknowledged(ann);
  assert.match(one ?? '', /^ann@example\.net: .*was distributed/);
  assert.deepEqual(more, []);
  assert.deepEqual(await acknowledged('bob@example.net'), [], 'he did not ask for it');
  assert.deepEqual(await acknowledged(ann, ['Precedence: bulk']), []);
});
