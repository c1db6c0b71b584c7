/** The three ways in, each durable. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeList } from '../../test/site.ts';
import { diskRate } from '../disk.ts';
import { atEnd, killTree, removeFolder } from '../ends.ts';
import { author, plainMessage, sendMany } from '../posting.ts';
import { atLeast, atMost, type Row, rounded, told } from '../row.ts';
import { freePort, makeSuite, until, within } from '../suite.ts';

const list = 'intake@lists.example';
const bytes = 4096;
const connections = 8;
const lmtpMessages = 4000;
/** Until the code is compiled: a server that runs for weeks has that behind it. */
const lmtpWarmUp = 6000;
const pipeMessages = 100;
const maildirMessages = 1000;

export const intakeLmtp: Row = {
  name: 'intake-lmtp',
  what: 'durable messages by LMTP, beside what the disk does with as many writers',
  async run(say) {
    const port = await freePort();
    await using suite = await makeSuite(`[lmtp]\nlisten = ["127.0.0.1:${port}"]\n`);
    await makeList(suite.site, list, 1);
    await suite.start('lmtp');
    await sendMany(port, list, { count: lmtpWarmUp, connections, first: 0 }, bytes);
    // Before and after, because others may use the disk, too.
    const first = await diskRate(suite.site.root, connections, lmtpMessages, bytes);
    const run = { count: lmtpMessages, connections, first: lmtpWarmUp };
    const tookMs = await sendMany(port, list, run, bytes);
    const second = await diskRate(suite.site.root, connections, lmtpMessages, bytes);
    const ours = (lmtpMessages / tookMs) * 1000;
    const disk = (first + second) / 2;
    say(`disk: ${rounded(first)}/s before, ${rounded(second)}/s after; ours: ${rounded(ours)}/s`);
    return [
      atLeast('intake-lmtp', rounded(ours / disk, 3), 'of create-sync-rename', 0.5),
      told('intake-lmtp: messages/s', rounded(ours), '/s'),
      told('intake-lmtp: disk', rounded(disk), '/s'),
    ];
  },
};

const injectProgram = fileURLToPath(new URL('../../../bin/listmill-inject', import.meta.url));

/** The shell counts itself and its children; what it needs before is taken off. */
const pipeLoop = `
times
n=0
while [ $n -lt ${pipeMessages} ]; do
	"$1" --spool "$2" -f "$3" "$4" <"$5" || exit
	n=$((n + 1))
done
times
`;

export const intakePipe: Row = {
  name: 'intake-pipe',
  what: 'CPU of listmill-inject and all that it starts, a message',
  async run(say) {
    await using suite = await makeSuite('');
    const spool = join(suite.site.root, 'spool');
    const file = join(suite.site.root, 'message');
    writeFileSync(file, plainMessage(list, 1, bytes));
    const child = spawn(
      '/bin/sh',
      ['-c', pipeLoop, 'sh', injectProgram, spool, author, list, file],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ended = atEnd(() => killTree(child.pid ?? 0));
    let text = '';
    child.stdout.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
    });
    const began = performance.now();
    const [code] = (await within(300_000, 'the loop', once(child, 'close'))) as [number];
    const tookMs = performance.now() - began;
    ended();
    if (code !== 0) throw new Error(`listmill-inject ended with ${code}`);
    const found = readdirSync(join(spool, 'incoming', 'new', '5')).length;
    if (found !== pipeMessages) throw new Error(`${found} of ${pipeMessages} in the spool`);
    const [before, after] = cpuOfTimes(text);
    const each = (after - before) / pipeMessages;
    say(`wall time ${rounded(tookMs / pipeMessages, 1)} ms a message`);
    return [atMost('intake-pipe', rounded(each, 2), 'ms CPU', 10)];
  },
};

/** `times` prints user and system time of the shell, then of its children: `0m0.12s`. */
function cpuOfTimes(text: string): readonly [number, number] {
  const ms = [...text.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60_000 + Number(seconds) * 1000,
  );
  if (ms.length !== 8) throw new Error(`"times" of the shell said: ${text}`);
  const sum = (part: readonly number[]): number => part.reduce((all, one) => all + one, 0);
  return [sum(ms.slice(0, 4)), sum(ms.slice(4))];
}

export const intakeMaildir: Row = {
  name: 'intake-maildir',
  what: 'messages taken from a Maildir',
  async run() {
    // Beside the site and on its disk, as an MTA's would be.
    const folder = mkdtempSync(join(tmpdir(), 'listmill-maildir-'));
    const removed = atEnd(() => removeFolder(folder));
    await using suite = await makeSuite(`[maildir]\nfolders = ["${folder}"]\n`);
    await makeList(suite.site, list, 1);
    for (const part of ['tmp', 'new', 'cur']) mkdirSync(join(folder, part));
    await suite.start('maildir');
    const deliver = async (from: number, count: number): Promise<number> => {
      const names = Array.from({ length: count }, (_, n) => `${1_700_000_000 + from + n}.bench`);
      for (const [n, name] of names.entries()) {
        const head = `Return-Path: <${author}>\r\nX-Original-To: ${list}\r\n`;
        const message = plainMessage(list, from + n, bytes);
        writeFileSync(join(folder, 'tmp', name), Buffer.concat([Buffer.from(head), message]));
      }
      const began = performance.now();
      for (const name of names) renameSync(join(folder, 'tmp', name), join(folder, 'new', name));
      const rest = () => readdirSync(join(folder, 'new')).length;
      await until('the Maildir is empty', 120_000, () => rest() === 0);
      return performance.now() - began;
    };
    await deliver(0, 100);
    const tookMs = await deliver(100, maildirMessages);
    const log = readFileSync(suite.logFile, 'utf8');
    const taken = log.split('"event":"received"').length - 1;
    if (taken !== maildirMessages + 100) throw new Error(`${taken} were taken`);
    removeFolder(folder);
    removed();
    return [told('intake-maildir', rounded((maildirMessages / tookMs) * 1000), 'messages/s')];
  },
};
