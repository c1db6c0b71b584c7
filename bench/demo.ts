/**
 * `npm run demo [-- --keep | --clean]`: a posting goes through real runner processes to every
 * member of a list, on a throw-away site, and each step is told as it happens.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  list,
  members,
  messageOf,
  owner,
  type Posting,
  postings,
  rosterFile,
} from './demo/cast.ts';
import { type Copies, copiesOf } from './demo/delivered.ts';
import {
  configure,
  injectProgram,
  killAll,
  listmill,
  makePlace,
  type Place,
  run,
  startDemoSink,
} from './demo/place.ts';
import { type Passage, Show } from './demo/show.ts';
import { atEnd, endAll, removeFolder } from './ends.ts';
import { LmtpClient } from './posting.ts';
import { freePort } from './suite.ts';

/** How long a posting may take to everybody: it takes a few hundredths of a second. */
const patienceMs = 45_000;
const shownLogLines = 15;

const usage = `usage: npm run demo [-- --keep | --clean]
  --keep   leave the suite running, to play with it
  --clean  remove all files at the end`;

/** A posting that is with everybody, and how it went. */
type Played = { readonly posting: Posting; readonly passage: Passage; readonly copies: Copies };

function say(line = ''): void {
  console.log(line);
}

async function main(): Promise<number> {
  const options = readOptions();
  if (!options) return 64;
  const place = makePlace();
  const forgotten = [atEnd(() => removeFolder(place.root)), atEnd(() => killAll(place))];
  const show = new Show(place.log, say);
  try {
    const { lmtp, sinkPid } = await setUp(place);
    const played: Played[] = [];
    for (const posting of postings) played.push(await play(place, show, posting, lmtp));
    if (!options.keep) await listmill(place, 'stop');
    sumUp(place, played);
    if (options.keep) sayHowToPlay(place, lmtp);
    else if (options.clean) say('\nAll is stopped and removed.');
    else sayWhatNext(place);
    if (!options.keep) process.kill(sinkPid, 'SIGTERM');
    if (!options.clean) for (const forget of forgotten) forget();
    endAll();
    return 0;
  } catch (error) {
    forgotten[0]?.();
    say(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
    const lines = show.last(shownLogLines);
    if (lines.length > 0) say(`The last lines of ${place.log}:\n${lines.join('\n')}`);
    endAll();
    say(`All is stopped. The files are in ${place.root}.`);
    return 1;
  }
}

function readOptions(): { keep: boolean; clean: boolean } | undefined {
  try {
    const { values } = parseArgs({
      options: {
        keep: { type: 'boolean', default: false },
        clean: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (!values.help && !(values.keep && values.clean)) return values;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
  }
  console.error(usage);
  return undefined;
}

/** A site with a list, a sink that plays its MTA, and all runners up. */
async function setUp(place: Place): Promise<{ lmtp: number; sinkPid: number }> {
  say(`A site in ${place.site}, made by the real commands:\n`);
  const call = async (...args: readonly string[]): Promise<void> => {
    say(`  $ listmill ${args.map((arg) => (/[ []/.test(arg) ? `'${arg}'` : arg)).join(' ')}`);
    const printed = await listmill(place, ...args);
    if (args[0] !== 'init') say(printed.replaceAll(/^/gm, '      '));
  };
  await call('init', place.site);
  const sink = await startDemoSink(place);
  const lmtp = await freePort();
  configure(place, {
    'lmtp.listen': `["127.0.0.1:${lmtp}"]`,
    'relay.port': String(sink.port),
    // So that the list is a large one, and `mailing` is seen at work.
    'outgoing.batchRecipients': '10',
  });
  await call('domain', 'add', 'lists.example');
  await call('list', 'create', list, '--owner', owner);
  await call('list', 'set', 'cats', 'subjectPrefix=[cats] ', 'footer=Cats, and who feeds them.');
  const file = join(place.root, 'members.csv');
  writeFileSync(file, rosterFile());
  await call('member', 'import', 'cats', file);
  await call('start');
  say(`\nA sink plays your MTA: it takes all mail and writes it to ${place.delivered}.`);
  return { lmtp, sinkPid: sink.pid };
}

/** Gives one posting to the suite, and follows it to the last member. */
async function play(place: Place, show: Show, posting: Posting, lmtp: number): Promise<Played> {
  const { by, way, subject } = posting;
  const message = messageOf(posting, new Date());
  writeFileSync(join(place.root, `posting-${way}.eml`), message);
  const command = way === 'lmtp' ? 'LMTP, as from your MTA' : 'pipe: bin/listmill-inject';
  say(`\n${by.name} writes to ${list}: "${subject}" (by ${command})\n`);
  show.skip();
  const began = Date.now();
  const given =
    way === 'lmtp'
      ? giveByLmtp(lmtp, by.address, message)
      : giveByPipe(place, by.address, message).then(() => {
          show.tell('pipe', 'has it on disk, so the MTA saw exit status 0', Date.now() - began);
        });
  const arrived = (): boolean => copiesOf(place.delivered, subject).times.size >= members.length;
  const nothing = new AbortController();
  given.catch(() => nothing.abort());
  const followed = show.follow(began, patienceMs, arrived, nothing.signal);
  const [passage] = await Promise.all([followed, given]);
  const copies = copiesOf(place.delivered, subject);
  const odd = members.filter(({ address }) => copies.times.get(address) !== 1);
  if (odd.length > 0 || copies.times.size !== members.length) {
    const who = odd.map(({ address }) => `${address}: ${copies.times.get(address) ?? 0}`);
    throw new Error(`not every member got exactly one copy: ${who.join(', ')}`);
  }
  return { posting, passage, copies };
}

async function giveByLmtp(port: number, from: string, message: string): Promise<void> {
  const client = await LmtpClient.open(port);
  await client.send(list, Buffer.from(message), from);
  client.close();
}

async function giveByPipe(place: Place, from: string, message: string): Promise<void> {
  await run(injectProgram, ['--site', place.site, '-f', from, list], message);
}

function sumUp(place: Place, played: readonly Played[]): void {
  const recipients = played.reduce((sum, { copies }) => sum + copies.times.size, 0);
  const files = played.reduce((sum, { copies }) => sum + copies.files, 0);
  say(`\nSummary
  postings      ${played.length}, to ${members.length} members each
  handed over   ${recipients} recipients, each exactly once`);
  for (const { posting, passage } of played) {
    const { firstMs, lastMs } = passage;
    const name = posting.way === 'lmtp' ? 'by LMTP' : 'by pipe';
    say(`  ${name.padEnd(13)} first recipient after ${firstMs} ms, last after ${lastMs} ms`);
  }
  say(`  delivered     ${place.delivered}/new (${files} files, one a transaction)
  archive       ${place.archive}
  log           ${place.log}`);
}

function sayWhatNext(place: Place): void {
  say(`\nAll is stopped. Now you can
  see what a member got      less ${place.delivered}/new/00000001.eml
  see what each runner did   less ${place.log}
  ask the site               ${place.command} member ls cats
  start it again to play     npm run demo -- --keep
  remove it                  rm -r ${place.root}`);
}

function sayHowToPlay(place: Place, lmtp: number): void {
  const { command, root, site } = place;
  const post = `${injectProgram} --site ${site} -f ${postings[0]?.by.address} ${list}`;
  say(`\nThe suite runs on. Now you can
  see how it is              ${command} status
  post something             ${post} <${root}/posting-lmtp.eml
  let your MTA post          LMTP at 127.0.0.1:${lmtp}
  watch the log              tail -f ${place.log}
  see what members get       ls ${place.delivered}/new
  add somebody               ${command} member add cats you@example.org
  take the MTA's side away   ${command} stop outgoing    (nothing is lost: "start outgoing" goes on)
  try all commands           ${command} --help
  stop it                    ${place.stopCommand}
  remove it, then            rm -r ${root}`);
}

process.exitCode = await main();
