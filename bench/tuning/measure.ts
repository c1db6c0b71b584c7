/** One mailing through an MTA with some settings, and a letter of somebody else behind it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { makeList } from '../../test/site.ts';
import { sendMail } from '../../test/system/postfix-send.ts';
import { LogTail } from '../log-tail.ts';
import { plainMessage, putIn } from '../posting.ts';
import { cpuMsOfAll, cpuMsOfSelf, cpuMsOfTree } from '../processes.ts';
import { type SinkProcess, startSinkProcess } from '../sink.ts';
import { makeSuite, type Suite } from '../suite.ts';
import { audience, elsewhere, type Mta, type World, worldOf } from './mta.ts';

const bytes = 4096;
const lookEveryMs = 50;
const usualReplyMs = 10;
/** Whoever is told "later" tries again after this. */
const againMs = 1000;
/** No mailing here takes longer. */
const mostMs = 240_000;

export type Effect = {
  /** From the posting until we had handed over all, and until the receivers had all. */
  readonly handedSeconds: number;
  readonly deliveredSeconds: number;
  /** How long the letter took that somebody sent when a tenth was delivered. */
  readonly letterSeconds: number;
  /** Of the MTA alone. */
  readonly cpuSeconds: number;
  readonly mostWaiting: number;
};

export type Mailing = {
  readonly members: number;
  readonly verp: 'always' | 'never';
  /** Lines of our `[outgoing]`, and what we do about TLS. */
  readonly outgoing?: string;
  readonly tls?: 'none' | 'opportunistic';
  /** People's mail goes through an instance of its own. */
  readonly apart?: boolean;
  /** How long each reply of a receiver takes. */
  readonly replyMs?: number;
};

export async function measure(
  start: (world: World) => Promise<Mta>,
  how: Mailing,
): Promise<Effect> {
  const { members, verp, outgoing = '', tls = 'none', apart = false } = how;
  // They listen on all addresses of the loopback: there is nothing else in this network.
  const everywhere = ['--host', '0.0.0.0', '--delay', String(how.replyMs ?? usualReplyMs)];
  using sink = await startSinkProcess(...everywhere);
  using sinkElsewhere = await startSinkProcess(...everywhere);
  const world = worldOf(sink.port, sinkElsewhere.port);
  await using mta = await start(world);
  await using own = apart ? await start(world) : undefined;
  const relay = `[[relay]]\nport = ${mta.port}\ntls = "${tls}"\n`;
  await using suite = await makeSuite(`[outgoing]\n${outgoing}\n${relay}`);
  const list = 'fan@lists.example';
  await makeList(suite.site, list, audience(members), { nonmemberAction: 'accept', verp });
  await suite.start('archive', 'incoming', 'pipeline', 'mailing', 'outgoing:2');
  const tail = new LogTail(suite.logFile);
  const sinks = [sink, sinkElsewhere];
  const [began, cpuBegan] = [performance.now(), mtaCpuMs(suite, sinks)];
  await putIn(suite.site, list, plainMessage(list, 1, bytes));
  let handedSeconds: number | undefined;
  let letter: Promise<number> | undefined;
  let mostWaiting = 0;
  for (;;) {
    const seconds = (performance.now() - began) / 1000;
    const finished = tail.lines().some(({ event }) => event === 'mailing-finished');
    if (finished) handedSeconds ??= seconds;
    mostWaiting = Math.max(mostWaiting, mta.waiting());
    const { recipients } = await sink.stats();
    if (recipients >= members / 10) letter ??= writeElsewhere(own ?? mta, sinkElsewhere);
    if (handedSeconds !== undefined && letter !== undefined && recipients >= members) {
      const cpuSeconds = (mtaCpuMs(suite, sinks) - cpuBegan) / 1000;
      const letterSeconds = await letter;
      return { handedSeconds, deliveredSeconds: seconds, letterSeconds, cpuSeconds, mostWaiting };
    }
    if (seconds * 1000 > mostMs) throw new Error(`${recipients} of ${members} after ${mostMs} ms`);
    await sleep(lookEveryMs);
  }
}

/** Sends a letter as people do; gives the seconds until it is there. */
async function writeElsewhere(mta: Mta, sink: SinkProcess): Promise<number> {
  const began = performance.now();
  const data = plainMessage(`zoe@${elsewhere}`, 1, bytes).toString();
  const letter = { from: 'ann@lists.example', to: [`zoe@${elsewhere}`], data };
  while (!(await sendMail(mta.port, letter).then(yes, isBusy))) await sleep(againMs);
  while ((await sink.stats()).recipients === 0) {
    if (performance.now() - began > mostMs) throw new Error('the letter does not come');
    await sleep(lookEveryMs);
  }
  return (performance.now() - began) / 1000;
}

const yes = () => true;

/** "Too many connections": anything else is a failure of this bench. */
function isBusy(error: unknown): false {
  if (error instanceof Error && error.message.startsWith('connecting: 421')) return false;
  throw error;
}

/** What is neither this program nor the suite nor a sink. */
function mtaCpuMs(suite: Suite, sinks: readonly SinkProcess[]): number {
  const others = [...suite.pids.values(), ...sinks.map(({ pid }) => pid)].map(cpuMsOfTree);
  return others.reduce((left, ms) => left - ms, cpuMsOfAll() - cpuMsOfSelf());
}
