/** A process that changes a roster, for the row `contention`: `contender.js SITE NUMBER COUNT`. */
import { openSite } from '../src/engine/site.ts';
import { addressKey } from '../src/mail/address.ts';
import { listId } from '../src/model/ids.ts';
import { address } from '../test/literals.ts';

const [root = '', number = '0', count = '0'] = process.argv.slice(2);
const site = openSite(root);
const admin = (await site.store()).as(`contender${number}`);
const list = listId('contention.lists.example');
process.send?.('ready');
await new Promise<void>((resolve) => void process.once('message', () => resolve()));
for (let n = 0; n < Number(count); n += 1) {
  const who = address(`n${n}.${number}@new.example`);
  await admin.addMember(list, 'member', who, { name: `by ${number}` });
  await admin.changeMember(list, 'member', addressKey(who), { status: 'by-member' });
  if (n % 2 === 0) await admin.removeMember(list, 'member', addressKey(who));
  // As mail would come: the next one is there when this one is done.
  await new Promise<void>((resolve) => void setImmediate(resolve));
}
await site.close();
process.disconnect?.();
