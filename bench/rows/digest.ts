/** A digest of 1,000 postings to 100,000 members: written once, and what that takes of memory. */
import { readdirSync } from 'node:fs';
import type { ListId } from '../../src/model/ids.ts';
import { address } from '../../test/literals.ts';
import { makeList, type TestSite } from '../../test/site.ts';
import { LogTail } from '../log-tail.ts';
import { plainMessage, putIn } from '../posting.ts';
import { memoryOf, watchMemory } from '../processes.ts';
import { atMost, type Row, rounded, told } from '../row.ts';
import { startSinkProcess } from '../sink.ts';
import { makeSuite, until } from '../suite.ts';

const list = 'digest@lists.example';
/** As many as an issue holds at most: the last one fills it. */
const postings = 1000;
const members = 100_000;
const bytes = 2048;
const mebibyte = 1024 * 1024;
const growthMiB = 30;

export const digest: Row = {
  name: 'digest',
  what: 'a digest of 1,000 postings to 100,000 members: written once, memory of each process',
  async run(say) {
    using sink = await startSinkProcess();
    await using suite = await makeSuite(
      `[lmtp]\nlisten = []\n[[relay]]\nport = ${sink.port}\ntls = "none"\n`,
    );
    // One who gets each posting by itself: what is idle has worked before.
    const id = await makeList(suite.site, list, ['warm@warm.example'], {
      digestBytes: 0,
      nonmemberAction: 'accept',
    });
    await addReaders(suite.site, id);
    for (let n = 0; n < postings - 1; n += 1) {
      await putIn(suite.site, list, plainMessage(list, n, bytes));
    }
    const tail = new LogTail(suite.logFile);
    await suite.start('digest', 'outgoing', 'mailing', 'pipeline', 'incoming');
    const began = performance.now();
    await tail.waitFor('collected', postings - 1, 300_000);
    const collected = (postings - 1) / ((performance.now() - began) / 1000);
    const idle = new Map([...suite.pids].map(([name, pid]) => [name, memoryOf(pid)]));
    using memory = watchMemory(() => suite.pids);
    const from = performance.now();
    await putIn(suite.site, list, plainMessage(list, postings, bytes));
    const [made] = await tail.waitFor('digest', 1, 120_000);
    const madeMs = performance.now() - from;
    const copies = members + postings;
    await until('all have it', 300_000, async () => (await sink.stats()).recipients >= copies);
    const seconds = (performance.now() - from) / 1000;
    const { recipients, distinct } = await sink.stats();
    if (recipients !== copies || distinct !== copies) {
      throw new Error(`${recipients} got it, ${distinct} of them different`);
    }
    if (made?.['variants'] !== 1) throw new Error(`it was written ${made?.['variants']} times`);
    say(`${keptOf(suite.site)} files kept for digests; each member got it once`);
    const grown = (name: string) =>
      rounded(((memory.peaks.get(name) ?? 0) - (idle.get(name) ?? 0)) / mebibyte, 1);
    const most = Math.max(...[...suite.pids.keys()].map(grown));
    return [
      atMost('digest', most, 'MiB growth', growthMiB),
      ...[...suite.pids.keys()].map((name) => told(`digest: ${name}`, grown(name), 'MiB growth')),
      told('digest: postings collected', rounded(collected), '/s'),
      told('digest: last posting to message written', rounded(madeMs), 'ms'),
      told('digest: recipients/s', rounded(members / seconds), '/s'),
    ];
  },
};

function keptOf(site: TestSite): number {
  return readdirSync(site.open().paths.digests).length;
}

async function addReaders(made: TestSite, id: ListId): Promise<void> {
  const site = made.open();
  const stage = await (await site.store()).stage(id, 'bench');
  const chunk = 1000;
  for (let at = 0; at < members; at += chunk) {
    stage.add(
      Array.from({ length: chunk }, (_, n) => {
        const reader = address(`r${at + n}@d${(at + n) % 500}.example`);
        const wish = { mode: 'mime' } as const;
        return { line: at + n + 1, address: reader, role: 'member', wish } as const;
      }),
    );
  }
  await stage.import(false);
  stage.close();
  await site.close();
}
