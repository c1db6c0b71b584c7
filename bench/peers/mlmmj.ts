/** mlmmj: no daemons; each posting starts its programs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { author, domain, membersOf, type Peer } from './peer.ts';
import { run } from './run.ts';

/** It insists on its full path. */
const receive = '/usr/bin/mlmmj-receive';
/** What `mlmmj-make-ml` makes. */
const folders = [
  ...['incoming', 'queue', 'queue/discarded', 'archive', 'text', 'subconf', 'unsubconf'],
  ...['bounce', 'control', 'moderation', 'subscribers.d', 'digesters.d', 'requeue'],
  'nomailsubs.d',
];

export const mlmmj: Peer = {
  name: 'mlmmj',
  programs: [receive, '/usr/bin/mlmmj-send'],
  packages: 'mlmmj',
  async start({ folder, port, rosters, isEach, transaction }) {
    for (const roster of rosters) {
      const home = join(folder, roster.list);
      for (const name of folders) mkdirSync(join(home, name), { recursive: true });
      const control = (name: string, text: string): void => {
        writeFileSync(join(home, 'control', name), text);
      };
      control('listaddress', `${roster.list}@${domain}\n`);
      control('owner', `owner@${domain}\n`);
      control('relayhost', '127.0.0.1\n');
      control('smtpport', `${port}\n`);
      // Without this file it makes a return path, and a message, for each.
      if (!isEach) control('verp', '');
      if (transaction !== undefined) control('maxverprecips', `${transaction}\n`);
      writeFileSync(join(home, 'index'), '');
      const members = [...membersOf(roster)].join('\n');
      writeFileSync(join(home, 'subscribers.d', 'm'), `${members}\n`);
    }
    return {
      async post(list, message) {
        // As the MTA's pipe does: the envelope stands in the first lines.
        const envelope = `Return-Path: <${author}>\nDelivered-To: ${list}@${domain}\n`;
        const input = Buffer.concat([Buffer.from(envelope), message]);
        await run(receive, ['-F', '-L', join(folder, list)], { input });
      },
      async [Symbol.asyncDispose]() {},
    };
  },
};
