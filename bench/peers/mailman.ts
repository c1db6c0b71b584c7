/** Mailman 3 by the defaults of its core, with SQLite; in by LMTP, one of each of its runners. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LmtpClient } from '../posting.ts';
import { freePort } from '../suite.ts';
import { answering } from './answering.ts';
import { author, domain, type Peer, type Place, type Roster } from './peer.ts';
import { endDaemon, run, startDaemon } from './run.ts';
import { fill } from './tables.ts';

/** Its runners start one after the other, each a Python of its own. */
const startMs = 180_000;
const programs = { command: '/usr/bin/mailman', master: '/usr/lib/mailman3/bin/master' };

export const mailman: Peer = {
  name: 'Mailman 3',
  programs: Object.values(programs),
  packages: 'mailman3',
  async start(place) {
    const { folder, rosters, isEach } = place;
    const config = join(folder, 'mailman.cfg');
    const lmtp = await freePort();
    writeFileSync(config, configuration(place, lmtp, await freePort()));
    for (const { list } of rosters) {
      const create = ['create', '--domain', '--owner', author, `${list}@${domain}`];
      await run(programs.command, ['--run-as-root', '-C', config, ...create]);
    }
    // Its command takes 10 ms and more for each member.
    const database = join(folder, 'var/data/mailman.db');
    fill(database, `UPDATE mailinglist SET personalize = ${isEach ? 1 : 0}`);
    for (const roster of rosters) fill(database, ...joining(roster));
    const master = startDaemon(programs.master, ['-C', config], join(folder, 'master.log'));
    await answering(lmtp, startMs);
    return {
      async post(list, message) {
        const client = await LmtpClient.open(lmtp);
        await client.send(`${list}@${domain}`, message, author);
        client.close();
      },
      [Symbol.asyncDispose]: () => endDaemon(master),
    };
  },
};

function configuration({ folder, port }: Place, lmtp: number, web: number): string {
  return `[mailman]
site_owner: owner@${domain}
layout: bench
[paths.bench]
var_dir: ${folder}/var
bin_dir: /usr/lib/mailman3/bin
log_dir: $var_dir/logs
pid_file: $var_dir/master.pid
lock_file: $var_dir/master.lck
[mta]
incoming: mailman.mta.null.NullMTA
smtp_host: 127.0.0.1
smtp_port: ${port}
lmtp_host: 127.0.0.1
lmtp_port: ${lmtp}
max_recipients: 500
verp_personalized_deliveries: yes
[webservice]
hostname: 127.0.0.1
port: ${web}
`;
}

/** Its rows for the members; the author has an address already, as the owner. */
function joining({ list, members }: Roster): readonly string[] {
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${members})`;
  const email = `'m' || i || '@d' || ((i - 1) % 500) || '.example'`;
  const fresh = 'CREATE TEMP TABLE fresh AS';
  return [
    'DROP TABLE IF EXISTS temp.fresh',
    `${fresh} ${numbers} SELECT i, ${email} AS email, (SELECT coalesce(max(id), 0) FROM user) + i AS
       user, (SELECT max(id) FROM preferences) + 3 * i AS prefs FROM n`,
    `INSERT INTO preferences (id) SELECT prefs FROM fresh UNION ALL SELECT prefs + 1 FROM fresh
       UNION ALL SELECT prefs + 2 FROM fresh`,
    `INSERT INTO user (id, display_name, _user_id, _created_on, is_server_owner, preferences_id)
       SELECT user, '', lower(hex(randomblob(16))), '2026-11-24 08:00:00.000000', 0, prefs
       FROM fresh WHERE email NOT IN (SELECT email FROM address)`,
    `INSERT INTO address (email, display_name, verified_on, registered_on, user_id, preferences_id)
       SELECT email, '', '2026-11-24 08:00:00.000000', '2026-11-24 08:00:00.000000', user, prefs + 1
       FROM fresh WHERE email NOT IN (SELECT email FROM address)`,
    `INSERT INTO member (_member_id, role, list_id, moderation_action, address_id, preferences_id,
         bounce_score, total_warnings_sent, last_warning_sent)
       SELECT lower(hex(randomblob(16))), 1, '${list}.${domain}', NULL, address.id, prefs + 2, 0, 0,
         '0001-01-01 00:00:00.000000'
       FROM fresh JOIN address USING (email)`,
  ];
}
