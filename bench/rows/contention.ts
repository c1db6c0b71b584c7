/** Several processes at one roster. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { address } from '../../test/literals.ts';
import { makeList } from '../../test/site.ts';
import { atEnd, killTree } from '../ends.ts';
import { atMost, percentile, type Row, rounded, told } from '../row.ts';
import { makeSuite, within } from '../suite.ts';

const program = fileURLToPath(new URL('../contender.js', import.meta.url));
const roster = 100_000;
const processes = 3;
/** Each of them adds and changes so many members, and removes half of them again. */
const each = 500;
const waitMs = 120_000;

async function start(root: string, number: number): Promise<ChildProcess> {
  const child = fork(program, [root, String(number), String(each)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = atEnd(() => killTree(child.pid ?? 0));
  child.once('exit', ended);
  await within(waitMs, 'a contender is ready', once(child, 'message'));
  return child;
}

export const contention: Row = {
  name: 'contention',
  what: 'three processes change a roster of 100,000, and somebody subscribes meanwhile',
  async run(say) {
    await using suite = await makeSuite('[lmtp]\nlisten = []\n');
    const list = await makeList(suite.site, 'contention@lists.example', roster);
    const opened = suite.site.open();
    const store = await opened.store();
    const admin = store.as('bench');
    const contenders = await Promise.all(
      Array.from({ length: processes }, (_, n) => start(suite.site.root, n)),
    );
    let going = processes;
    const ends = contenders.map(async (child) => {
      child.send('go');
      const [code] = await once(child, 'exit');
      going -= 1;
      if (code !== 0) throw new Error(`a contender ended with ${code}`);
    });
    const times: number[] = [];
    const began = performance.now();
    for (let n = 0; going > 0; n += 1) {
      const at = performance.now();
      await admin.addMember(list, 'member', address(`own${n}@new.example`));
      times.push(performance.now() - at);
      await sleep(2);
    }
    await within(waitMs, 'all are done', Promise.all(ends));
    const seconds = (performance.now() - began) / 1000;
    const { member } = await store.countMembers(list);
    let changed = 0;
    for await (const one of store.members({ list, role: 'member', status: 'by-member' })) {
      if (one.name.startsWith('by ')) changed += 1;
    }
    await opened.close();
    const kept = processes * Math.floor(each / 2);
    const lost = Math.abs(roster + kept + times.length - member) + Math.abs(kept - changed);
    const mid = rounded(percentile(times, 0.5), 1);
    say(`${times.length} subscribed, half of them within ${mid} ms`);
    return [
      atMost('contention', rounded(percentile(times, 0.99), 1), 'ms (p99)', 50),
      atMost('contention: changes lost', lost, 'rows', 0),
      told('contention: changes', rounded((processes * each * 2.5) / seconds), '/s'),
    ];
  },
};
