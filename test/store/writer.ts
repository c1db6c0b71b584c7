/** A process of its own that writes, for processes.test.ts: `writer.js TASK PATH ...`. */
import { entryId, listId } from '../../src/model/ids.ts';
import { openStore } from '../../src/store/store.ts';
import { address } from '../literals.ts';

const [task = '', path = '', name = '', count = '0'] = process.argv.slice(2);
const list = listId('cats.example.org');

async function open(): Promise<void> {
  const store = await openStore(path, { create: true, now: () => 1 });
  await store.as(name).addDomain(`${name}.example`);
  store.close();
}

async function postings(): Promise<void> {
  const store = await openStore(path, { now: () => 1 });
  for (let n = 0; n < Number(count); n += 1) {
    const id = entryId(`${name}x${n}`);
    const [result] = await store.apply(
      [
        {
          cause: `${id}.0`,
          fate: 'finish',
          changes: [
            { kind: 'accepted', list, posting: id, messageId: '<m>', author: 'a', subject: 's' },
          ],
        },
      ],
      n,
    );
    if (result?.kind !== 'applied') throw new Error(`${id}: ${result?.kind}`);
  }
  store.close();
}

/** Stages many, says so, imports them, and says so. */
async function bulk(): Promise<void> {
  const store = await openStore(path, { now: () => 1 });
  const stage = await store.stage(list, name);
  const chunk = 1000;
  for (let at = 0; at < Number(count); at += chunk) {
    stage.add(
      Array.from({ length: chunk }, (_, n) => ({
        line: at + n + 1,
        address: address(`${name}${at + n}@x.org`),
        role: 'member' as const,
        wish: {},
      })),
    );
    if (at === 0) process.send?.('reading');
  }
  process.send?.('importing');
  // Lets the parent hear it: what follows does not return to the loop.
  await new Promise<void>((resume) => setTimeout(resume, 5));
  await stage.import(false);
  stage.close();
  store.close();
}

const tasks: Readonly<Record<string, () => Promise<void>>> = { open, postings, bulk };
await tasks[task]?.();
process.disconnect?.();
