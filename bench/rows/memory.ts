/** What a large mailing and a large message cost in memory, process by process. */
import { setTimeout as sleep } from 'node:timers/promises';
import { makeList } from '../../test/site.ts';
import { LogTail } from '../log-tail.ts';
import { LmtpClient, plainMessage } from '../posting.ts';
import { memoryOf, watchMemory } from '../processes.ts';
import { atMost, type Result, type Row, rounded, told } from '../row.ts';
import { startSinkProcess } from '../sink.ts';
import { freePort, makeSuite, type Suite } from '../suite.ts';

const mebibyte = 1024 * 1024;
const recipients = 1_000_000;
const largeBytes = 26 * mebibyte;
const growthMiB = { million: 30, large: 25 };
/** How long memory may take to come back. */
const backMs = 20_000;

export const million: Row = {
  name: 'million',
  what: 'a mailing to 1,000,000 recipients: memory, and the first one handed over',
  async run(say) {
    using sink = await startSinkProcess();
    const lmtp = await freePort();
    await using suite = await makeSuite(tomlFor(sink.port, lmtp));
    const list = 'million@lists.example';
    say('making a list with 1,000,000 members ...');
    await makeList(suite.site, list, recipients, { nonmemberAction: 'accept' });
    const { tail, idle } = await warmSuite(suite, lmtp);
    const names = await followPids(suite);
    using memory = watchMemory(() => names.pids);
    const client = await LmtpClient.open(lmtp);
    const began = Date.now();
    await client.send(list, plainMessage(list, 1, 4096));
    const [first] = await tail.waitFor('delivered', 1);
    const firstMs = Date.parse(String(first?.['time'])) - began;
    const [end] = await tail.waitFor('mailing-finished', 1, 300_000);
    const seconds = (Date.parse(String(end?.['time'])) - began) / 1000;
    client.close();
    await names.stop();
    const { recipients: got, distinct } = await sink.stats();
    const wanted = recipients + warmMembers;
    if (got !== wanted || distinct !== wanted)
      throw new Error(`${got} got it, ${distinct} of them different`);
    say(`${Math.round(recipients / seconds)} recipients/s, each exactly once`);
    const grown = growth(idle, memory.peaks);
    return [
      atMost('million', rounded(Math.max(...grown.values()), 1), 'MiB growth', growthMiB.million),
      atMost('million: first handed over', firstMs, 'ms', 1000),
      told('million: recipients/s', Math.round(recipients / seconds), '/s'),
      ...byProcess('million', grown),
    ];
  },
};

export const largeMessage: Row = {
  name: 'large-message',
  what: 'a message of 26 MiB through every runner to 20 members: memory of each process',
  async run(say) {
    using sink = await startSinkProcess();
    const lmtp = await freePort();
    await using suite = await makeSuite(tomlFor(sink.port, lmtp));
    const list = 'large@lists.example';
    const footer = 'The footer goes under all that was said.\n';
    await makeList(suite.site, list, 20, { nonmemberAction: 'accept', maxBytes: 0, footer });
    const { tail, idle } = await warmSuite(suite, lmtp);
    const names = await followPids(suite);
    using memory = watchMemory(() => names.pids);
    const client = await LmtpClient.open(lmtp);
    const message = plainMessage(list, 1, largeBytes);
    const began = performance.now();
    await client.send(list, message);
    await tail.waitFor('mailing-finished', 1);
    say(`through in ${Math.round(performance.now() - began)} ms`);
    client.close();
    await names.stop();
    const grown = growth(idle, memory.peaks);
    const left = await memoryLeft(suite, idle);
    return [
      atMost(
        'large-message',
        rounded(Math.max(...grown.values()), 1),
        'MiB growth',
        growthMiB.large,
      ),
      atMost(
        'large-message: afterwards',
        rounded(Math.max(...left.values()), 1),
        'MiB growth',
        growthMiB.large,
      ),
      ...byProcess('large-message', grown),
    ];
  },
};

const warmMembers = 2000;

function tomlFor(sink: number, lmtp: number): string {
  return [`[lmtp]\nlisten = ["127.0.0.1:${lmtp}"]`, `[[relay]]\nport = ${sink}\ntls = "none"`].join(
    '\n',
  );
}

/** Starts all, and lets a small posting through: idle is a suite that has worked before. */
async function warmSuite(suite: Suite, lmtp: number) {
  const warm = 'warm@lists.example';
  await makeList(suite.site, warm, warmMembers, { nonmemberAction: 'accept' });
  await suite.startMaster();
  const tail = new LogTail(suite.logFile);
  const client = await LmtpClient.open(lmtp);
  await client.send(warm, plainMessage(warm, 0, 4096));
  client.close();
  await tail.waitFor('mailing-finished', 1);
  await sleep(2000);
  tail.lines();
  return { tail, idle: memoryOfAll(await suite.suitePids()) };
}

function memoryOfAll(pids: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...pids].map(([name, pid]) => [name, memoryOf(pid)]));
}

/** Asks the master now and then which workers there are: it may start more. */
async function followPids(suite: Suite) {
  const state = { pids: await suite.suitePids(), going: true };
  const following = (async () => {
    while (state.going) {
      await sleep(500);
      if (state.going) state.pids = await suite.suitePids();
    }
  })();
  return {
    get pids() {
      return state.pids;
    },
    async stop() {
      state.going = false;
      await following;
    },
  };
}

/** MiB by process; a worker that was not there when all was idle is set beside its sister. */
function growth(
  idle: ReadonlyMap<string, number>,
  peaks: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  return new Map(
    [...peaks].map(([name, peak]) => {
      const before = idle.get(name) ?? idle.get(name.replace(/\d+$/, '1')) ?? 0;
      return [name, (peak - before) / mebibyte];
    }),
  );
}

/** What is left of the growth when memory had time to come back. */
async function memoryLeft(suite: Suite, idle: ReadonlyMap<string, number>) {
  const until = performance.now() + backMs;
  for (;;) {
    const left = growth(idle, memoryOfAll(await suite.suitePids()));
    const most = Math.max(...left.values());
    if (most < growthMiB.large || performance.now() > until) return left;
    await sleep(500);
  }
}

function byProcess(name: string, grown: ReadonlyMap<string, number>): readonly Result[] {
  return [...grown].map(([one, mib]) => told(`${name}: ${one}`, rounded(mib, 1), 'MiB growth'));
}
