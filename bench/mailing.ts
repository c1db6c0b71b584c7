/** One mailing after another through real processes: how fast, and at what cost. */
import { setTimeout as sleep } from 'node:timers/promises';
import { makeList } from '../test/site.ts';
import { LogTail } from './log-tail.ts';
import { plainMessage, putIn } from './posting.ts';
import { cpuMsOf } from './processes.ts';
import { makeSuite, type Suite } from './suite.ts';

/** How a measured suite is made. */
export type Measured = {
  readonly port: number;
  /** More of the configuration; `outgoing` is that section's. */
  readonly toml?: string;
  readonly outgoing?: string;
  readonly workers?: number;
};

/** What mailings cost. */
export type Cost = { readonly perSecond: number; readonly cpuUs: number };

const bytes = 4096;
const listOf = (members: number) => `l${members}@lists.example`;

/** Starts the processes that a posting goes through, without a master. */
export async function startFlow(how: Measured): Promise<Suite> {
  const { port, toml = '', outgoing = '', workers = 2 } = how;
  const suite = await makeSuite(
    `[[relay]]\nport = ${port}\ntls = "none"\n[outgoing]\n${outgoing}\n${toml}`,
  );
  await suite.start('archive', 'incoming', 'pipeline', 'mailing', `outgoing:${workers}`);
  return suite;
}

/** Makes a list for `mail`. */
export async function listWith(
  suite: Suite,
  members: number,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  await makeList(suite.site, listOf(members), members, { nonmemberAction: 'accept', ...settings });
}

/** So many postings to a list, one after the other is through. */
export async function mail(suite: Suite, members: number, postings: number): Promise<Cost> {
  const tail = new LogTail(suite.logFile);
  tail.lines();
  const [began, cpuBegan] = [performance.now(), cpuMsOfSuite(suite)];
  for (let n = 0; n < postings; n += 1) await through(suite, tail, members, 1);
  const copies = members * postings;
  const seconds = (performance.now() - began) / 1000;
  const cpuMs = cpuMsOfSuite(suite) - cpuBegan;
  return { perSecond: copies / seconds, cpuUs: (cpuMs * 1000) / copies };
}

/** So many postings to a list at once: CPU for each, us, with all that they leave to be done. */
export async function cpuUsOfPosting(
  suite: Suite,
  members: number,
  postings: number,
): Promise<number> {
  const tail = new LogTail(suite.logFile);
  tail.lines();
  const began = await cpuMsAtRest(suite);
  await through(suite, tail, members, postings);
  return (((await cpuMsAtRest(suite)) - began) * 1000) / postings;
}

let serial = 0;

async function through(suite: Suite, tail: LogTail, members: number, postings: number) {
  const list = listOf(members);
  const messages = Array.from({ length: postings }, () => {
    serial += 1;
    return plainMessage(list, serial, bytes);
  });
  await Promise.all(messages.map((message) => putIn(suite.site, list, message)));
  for (const { delivered } of await tail.waitFor('mailing-finished', postings, 300_000)) {
    if (delivered !== members) throw new Error(`delivered ${delivered}`);
  }
}

function cpuMsOfSuite(suite: Suite): number {
  return [...suite.pids.values()].reduce((sum, pid) => sum + cpuMsOf(pid), 0);
}

/** Idle processes use less than this between two looks. */
const idleMs = 0.3;

/** When the last entry is let go of and removed. */
async function cpuMsAtRest(suite: Suite): Promise<number> {
  for (let last = cpuMsOfSuite(suite); ; ) {
    await sleep(15);
    const now = cpuMsOfSuite(suite);
    if (now - last < idleMs) return now;
    last = now;
  }
}
