/** One mailing after another through real processes: how fast, and at what cost. */
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

let serial = 0;

/** So many postings to a list, one after the other is through. */
export async function mail(suite: Suite, members: number, postings: number): Promise<Cost> {
  const tail = new LogTail(suite.logFile);
  tail.lines();
  const cpu = () => [...suite.pids.values()].reduce((sum, pid) => sum + cpuMsOf(pid), 0);
  const [began, cpuBegan] = [performance.now(), cpu()];
  for (let n = 0; n < postings; n += 1) {
    serial += 1;
    await putIn(suite.site, listOf(members), plainMessage(listOf(members), serial, bytes));
    const [end] = await tail.waitFor('mailing-finished', 1, 300_000);
    if (end?.['delivered'] !== members) throw new Error(`delivered ${end?.['delivered']}`);
  }
  const copies = members * postings;
  const seconds = (performance.now() - began) / 1000;
  return { perSecond: copies / seconds, cpuUs: ((cpu() - cpuBegan) * 1000) / copies };
}
