import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { linkToken } from '../../src/mail/link.ts';
import type { MemberView } from '../../src/model/list.ts';
import { address } from '../literals.ts';
import { type Office, office } from './desk.ts';

const ann = 'ann@example.net';
const bob = 'bob@example.net';

async function memberOf({ store, list }: Office, text: string): Promise<MemberView> {
  const member = await store.member(list, 'member', address(text) as never);
  return member ?? assert.fail(`${text} is no member`);
}

/** The address that stands in the member's copies. */
async function linkOf(here: Office, text: string, version = 0): Promise<string> {
  const { number } = await memberOf(here, text);
  const token = linkToken(here.site.secret().for('link'), 'unsubscribe', number, version);
  return `cats-leave+${token}@example.com`;
}

describe('mail to an unsubscribe address of his own', () => {
  test('lets a member leave at once, whoever it seems to come from', async () => {
    await using here = await office({ leavePolicy: 'confirm-then-moderate' }, [ann, bob]);
    const written = await here.send(await linkOf(here, ann), 'program@elsewhere.example', {
      header: ['Auto-Submitted: auto-generated'],
    });
    assert.equal(await here.isMember(ann), false);
    assert.equal(await here.isMember(bob), true);
    assert.deepEqual(
      written.map(({ to }) => to),
      [[ann]],
      'a farewell to the member, and no request to confirm',
    );
  });

  test('works for a null sender, and once: the second one finds nobody', async () => {
    await using here = await office({ goodbye: false }, [ann]);
    const link = await linkOf(here, ann);
    assert.deepEqual(await here.send(link, ann, { sender: null }), []);
    assert.equal(await here.isMember(ann), false);
    assert.equal((await here.send(link, bob, { sender: null })).length, 0);
  });

  test('lasts: also under the new name of the list, and under the old one', async () => {
    await using here = await office({ goodbye: false }, [ann, bob]);
    const [old, other] = [await linkOf(here, ann), await linkOf(here, bob)];
    here.time.now += 10 * 365 * 86_400_000;
    const to = { name: 'felines', domain: 'example.com' };
    const list = await here.store.as('test').renameList(here.list, to);
    await here.send(old, ann);
    await here.send(other.replace('cats-', 'felines-'), bob);
    assert.equal((await here.store.countMembers(list)).member, 0);
  });

  test('lasts: also when the member has another address since, which then leaves', async () => {
    await using here = await office({ goodbye: false, leavePolicy: 'confirm' }, [ann, bob]);
    const [old, other] = [await linkOf(here, ann), await linkOf(here, bob)];
    const fresh = 'ann@new.example';
    const [asked] = await here.send('cats-request@example.com', ann, {
      subject: `set address ${fresh}`,
    });
    const [sent] = await here.send(`cats-confirm+${asked?.token}@example.com`, ann);
    await here.send(`cats-confirm+${sent?.token}@example.com`, fresh);
    const admin = here.store.as('test');
    await admin.changeMember(here.list, 'member', address(bob) as never, {
      address: address('bob@new.example'),
    });
    assert.deepEqual([await here.isMember(ann), await here.isMember(fresh)], [false, true]);
    for (const link of [old, other]) {
      await here.send(link, 'program@elsewhere.example', { sender: null });
    }
    assert.equal((await here.store.countMembers(here.list)).member, 0);
  });

  test('is worth nothing after he left and came back, or the list raised its version', async () => {
    await using here = await office({ leavePolicy: 'confirm', linkVersion: 1 }, [ann]);
    const old = await linkOf(here, ann, 0);
    const [asked] = await here.send(old, ann);
    assert.equal(await here.isMember(ann), true);
    assert.notEqual(asked?.token, '', 'like any other address to leave by, it asks back');
    const forged = (await linkOf(here, ann, 1)).replace(/[a-z2-7]{16}@/, 'aaaaaaaaaaaaaaaa@');
    await here.send(forged, ann);
    assert.equal(await here.isMember(ann), true);
  });
});
