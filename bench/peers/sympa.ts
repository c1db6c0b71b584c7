/**
 * Sympa with SQLite and without an archive, in by its pipe command. Its `sendmail` is msmtp, so
 * that a hand-over ends when the sink has the message, as with the others.
 *
 * Where it keeps things is built into its programs: the folders of the machine are covered by ours,
 * which nobody sees but the processes of this bench, as they have their own mounts.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { killTree } from '../ends.ts';
import { until } from '../suite.ts';
import { author, domain, type Peer, type Place, type Roster } from './peer.ts';
import { run } from './run.ts';
import { fill } from './tables.ts';

const bin = '/usr/lib/sympa/bin';
const mailer = '/usr/bin/msmtp';
const startMs = 60_000;
const covered = {
  etc: '/etc/sympa/sympa',
  lib: '/var/lib/sympa',
  spool: '/var/spool/sympa',
  run: '/run',
};

export const sympa: Peer = {
  name: 'Sympa',
  programs: [`${bin}/sympa_msg.pl`, `${bin}/bulk.pl`, `${bin}/queue`, mailer],
  packages: 'sympa msmtp',
  async start(place) {
    const { folder, rosters, isEach } = place;
    const user = await userOf('sympa');
    await cover(place);
    for (const { list } of rosters) writeList(folder, list, isEach);
    await run('/bin/chown', ['-R', `${user.uid}:${user.gid}`, folder]);
    await run(`${bin}/sympa.pl`, ['--health_check'], { user });
    for (const roster of rosters) fill(join(folder, 'lib/db'), ...joining(roster));
    // Not in the foreground: there bulk.pl has no children, and sends three messages a second.
    for (const name of ['sympa_msg', 'bulk']) await run(`${bin}/${name}.pl`, [], { user });
    const incoming = join(folder, 'spool/msg');
    await until(`${incoming} is there`, startMs, () => existsSync(incoming), 50);
    return {
      async post(list, message) {
        const input = Buffer.concat([Buffer.from(`Return-Path: <${author}>\n`), message]);
        await run(`${bin}/queue`, [`${list}@${domain}`], { input, user });
      },
      async [Symbol.asyncDispose]() {
        await endDaemons(join(folder, 'run/sympa'));
        for (const path of Object.values(covered)) await run('/bin/umount', [path]);
      },
    };
  },
};

/** All that their pid files name. */
async function endDaemons(pidFolder: string): Promise<void> {
  const files = readdirSync(pidFolder).filter((name) => name.endsWith('.pid'));
  const texts = files.map((name) => readFileSync(join(pidFolder, name), 'utf8'));
  const pids = texts.flatMap((text) => text.split(/\s+/).filter((word) => word !== ''));
  for (const pid of pids) killTree(Number(pid));
  const areGone = () => pids.every((pid) => !existsSync(`/proc/${pid}`));
  await until('the daemons are gone', startMs, areGone, 50);
}

async function userOf(name: string): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map((flag) => run('/usr/bin/id', [flag, name])),
  );
  return { uid: Number(uid), gid: Number(gid) };
}

/** Puts our folders over those of the machine, and the configuration into them. */
async function cover({ folder, port }: Place): Promise<void> {
  for (const [name, path] of Object.entries(covered)) {
    mkdirSync(join(folder, name));
    await run('/bin/mount', ['--bind', join(folder, name), path]);
  }
  mkdirSync(join(folder, 'run/sympa'));
  writeFileSync(
    join(folder, 'etc/sympa.conf'),
    [
      `domain ${domain}`,
      `listmaster listmaster@${domain}`,
      'db_type SQLite',
      `db_name ${covered.lib}/db`,
      'lang en-US',
      `sendmail ${covered.etc}/sendmail`,
      'cookie of-the-bench',
      `wwsympa_url http://${domain}/wws`,
      '',
    ].join('\n'),
  );
  const call = `exec ${mailer} --host=127.0.0.1 --port=${port} --auto-from=off --tls=off "$@"`;
  writeFileSync(join(folder, 'etc/sendmail'), `#!/bin/sh\n${call}\n`, { mode: 0o755 });
}

function writeList(folder: string, list: string, isEach: boolean): void {
  const home = join(folder, 'lib/list_data', list);
  mkdirSync(home, { recursive: true });
  const paragraphs = [
    `subject ${list}`,
    'status open',
    'send public',
    'process_archive off',
    `verp_rate ${isEach ? 100 : 0}%`,
    `owner\nemail ${author}\nprofile privileged`,
    `creation\ndate_epoch 1700000000\nemail ${author}`,
  ];
  writeFileSync(join(home, 'config'), `${paragraphs.join('\n\n')}\n`);
}

/** `sympa add` takes a tenth of a second for each. */
function joining({ list, members }: Roster): readonly string[] {
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${members})`;
  const email = `'m' || i || '@d' || ((i - 1) % 500) || '.example'`;
  return [
    `INSERT INTO subscriber_table (user_subscriber, list_subscriber, robot_subscriber,
         date_epoch_subscriber, update_epoch_subscriber, subscribed_subscriber,
         reception_subscriber, visibility_subscriber)
       ${numbers} SELECT ${email}, '${list}', '${domain}', 1700000000, 1700000000, 1, 'mail',
         'noconceal' FROM n`,
    `INSERT OR IGNORE INTO user_table (email_user) ${numbers} SELECT ${email} FROM n`,
  ];
}
